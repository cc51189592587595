"""Limits on failed sign-ins (settings of django-axes).

* Each account has one limit for all browsers and addresses from which it has not signed in before. This prevents
  guessing passwords from many addresses.
* Each browser and address from which the account has signed in has a separate limit. A stranger can lock an account for
  other strangers, but not for its owner.
* Each address has a limit for all names together. This prevents trying one password on many accounts. Known browsers
  are exempt.
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

# Failed sign-ins from one address, with any names, during the lockout time (AXES_COOLOFF_TIME).
ADDRESS_LIMIT = 30
NAME_LENGTH = 255


@dataclass(frozen=True, slots=True)
class Budget:
    """The name under which failed sign-ins are counted. `of_browser` is True for a known browser."""

    name: str
    of_browser: bool = False


def budget_of(request: HttpRequest, name: str) -> Budget:
    """Return the limit that applies to signing in with this name. It stays the same during a request."""
    budgets: dict[str, Budget] = request.__dict__.setdefault("sign_in_budgets", {})
    key = name.lower()
    if key in budgets:
        return budgets[key]
    user = user_by_sign_in_name(name)
    if user is None:
        # Usernames contain no spaces, so this name cannot collide with the limit of an account.
        budget = Budget(f"no account: {key}"[:NAME_LENGTH])
    elif browser := known_browser(request, user):
        budget = Budget(f"{user.username} in known browser {browser}", of_browser=True)
    elif is_known_address(request, user):
        budget = Budget(f"{user.username} at known address {client_address(request)}")
    else:
        budget = Budget(user.username)
    budgets[key] = budget
    if user is not None:
        # After a sign-in by e-mail address, axes passes the username of the account.
        budgets.setdefault(user.username.lower(), budget)
    return budget


def budget_name(request: HttpRequest, credentials: dict[str, Any] | None) -> str | None:
    """Return the name under which failed sign-ins are counted (`AXES_USERNAME_CALLABLE`)."""
    name = _name_of(request, credentials)
    return budget_of(request, name).name if name else None


def address_is_locked(request: HttpRequest, credentials: dict[str, Any] | None) -> bool:
    """Return True if there were too many failed sign-ins from the request's address, with any names."""
    name, address = _name_of(request, credentials), client_address(request)
    if address is None or (name and budget_of(request, name).of_browser):
        return False
    recent = AccessAttempt.objects.filter(ip_address=address, attempt_time__gte=get_cool_off_threshold(request))
    failures: int | None = recent.aggregate(total=Sum("failures_since_start"))["total"]
    return (failures or 0) >= ADDRESS_LIMIT


class LockoutHandler(AxesDatabaseHandler):  # type: ignore[misc]
    """Locks out a name or an address (`AXES_HANDLER`)."""

    def is_locked(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
        """Return True if signing in is locked; sets a flag on the request if the address is the reason."""
        if address_is_locked(request, credentials):
            request.sign_in_address_locked = True  # type: ignore[attr-defined]
            return True
        return bool(super().is_locked(request, credentials))


def _name_of(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    return str((credentials or {}).get("username") or request.POST.get("username") or "")
