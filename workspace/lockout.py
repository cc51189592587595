"""How many failed sign-ins are accepted (settings of django-axes).

* Each account has one budget for all browsers and addresses that it has not signed in from before, so that passwords
  cannot be tried from many addresses.
* Each browser and address that it has signed in from has its own. A stranger can therefore lock an account for other
  strangers, not for its owner.
* Each address has one for all names together, so that one password cannot be tried on many accounts. It does not
  concern known browsers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from axes.attempts import get_cool_off_threshold
from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from django.db.models import Sum
from django.http import HttpRequest

from workspace.selectors.accounts import user_by_sign_in_name
from workspace.services.known_clients import client_address, is_known_address, known_browser

# Failed sign-ins from one address, with any names, within the time that a lock lasts (AXES_COOLOFF_TIME).
BY_ADDRESS = 30
NAME_LENGTH = 255


@dataclass(frozen=True, slots=True)
class Budget:
    """Under which name failures are counted; `of_browser` if it is that of a known browser."""

    name: str
    of_browser: bool = False


def budget_of(request: HttpRequest, name: str) -> Budget:
    """Return the budget for a try to sign in with this name; the same during one request, whatever succeeds in it."""
    found: dict[str, Budget] = request.__dict__.setdefault("sign_in_budgets", {})
    key = name.lower()
    if key in found:
        return found[key]
    user = user_by_sign_in_name(name)
    if user is None:
        # No account has a space in its name: nobody can name the budget of an account.
        budget = Budget(f"no account: {key}"[:NAME_LENGTH])
    elif browser := known_browser(request, user):
        budget = Budget(f"{user.username} in known browser {browser}", of_browser=True)
    elif is_known_address(request, user):
        budget = Budget(f"{user.username} at known address {client_address(request)}")
    else:
        budget = Budget(user.username)
    found[key] = budget
    if user is not None:
        # After a sign-in by e-mail address, the account is named by its username.
        found.setdefault(user.username.lower(), budget)
    return budget


def budget_name(request: HttpRequest, credentials: dict[str, Any] | None) -> str | None:
    """Return the name under which failed sign-ins are counted (`AXES_USERNAME_CALLABLE`)."""
    name = _name_of(request, credentials)
    return budget_of(request, name).name if name else None


def address_is_locked(request: HttpRequest, credentials: dict[str, Any] | None) -> bool:
    """Return True if there were too many failed sign-ins from the request's address, with whatever names."""
    name, address = _name_of(request, credentials), client_address(request)
    if address is None or (name and budget_of(request, name).of_browser):
        return False
    recent = AccessAttempt.objects.filter(ip_address=address, attempt_time__gte=get_cool_off_threshold(request))
    failures: int | None = recent.aggregate(total=Sum("failures_since_start"))["total"]
    return (failures or 0) >= BY_ADDRESS


class LockoutHandler(AxesDatabaseHandler):  # type: ignore[misc]
    """Locks a name or an address out (`AXES_HANDLER`)."""

    def is_locked(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
        """Return True if a sign-in is not to be tried; notes in the request if that is due to its address."""
        if address_is_locked(request, credentials):
            request.sign_in_address_locked = True  # type: ignore[attr-defined]
            return True
        return bool(super().is_locked(request, credentials))


def _name_of(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    return str((credentials or {}).get("username") or request.POST.get("username") or "")
