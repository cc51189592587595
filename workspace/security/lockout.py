"""Limits on failed sign-ins (settings of django-axes).

* Each account has one limit for all browsers and addresses from which it has not signed in before. This prevents
  guessing passwords from many addresses.
* Each browser and address from which the account has signed in has a separate limit. A stranger can lock an account for
  other strangers, but not for its owner.
* Each address has a limit for all names together. This prevents trying one password on many accounts. Known browsers
  are exempt.

Attempts whose password or code is still being checked count too, so that a burst of parallel attempts cannot pass the
limit. Those that would pass it if all others failed wait for their results.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from axes.attempts import get_cool_off_threshold
from axes.handlers.database import AxesDatabaseHandler
from axes.handlers.proxy import AxesProxyHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.db import transaction
from django.db.models import Q, Sum
from django.http import HttpRequest
from django.utils import timezone

from workspace.database.connections import connections_release
from workspace.database.locks import LockKind, name_lock
from workspace.models import SignInAttempt, User
from workspace.selectors.accounts import user_by_sign_in_name
from workspace.services.known_clients import client_address, is_known_address, known_browser

# Failed sign-ins from one address, with any names, during the lockout time (AXES_COOLOFF_TIME).
ADDRESS_LIMIT = 30
NAME_LENGTH = 255
# How long an attempt waits for the results of others, and how often it looks (seconds).
MAX_WAIT, WAIT_SECONDS = 5.0, 0.05
# An attempt that began earlier has ended without a result: its process was killed.
LONGEST_ATTEMPT = timedelta(minutes=1)


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


def attempt_begin(request: HttpRequest, credentials: dict[str, Any]) -> bool:
    """Begin an attempt to sign in; return False if the name or the address is locked.

    `attempt_end`, or the signal of a success or failure, must follow. The function waits while only the results of
    other attempts decide whether this one is within the limits.
    """
    waits_until = time.monotonic() + MAX_WAIT
    while True:
        is_allowed = attempt_try(request, credentials)
        if is_allowed is not None:
            return is_allowed
        if time.monotonic() > waits_until:
            request.sign_in_address_locked = False  # type: ignore[attr-defined]
            return False
        connections_release()
        time.sleep(WAIT_SECONDS)


@transaction.atomic
def attempt_try(request: HttpRequest, credentials: dict[str, Any]) -> bool | None:
    """Record the attempt as under way and return True; False if it is locked out, None if others must end first."""
    name = budget_name(request, credentials) or ""
    is_exempt = bool(name) and budget_of(request, _name_of(request, credentials)).of_browser
    address = "" if is_exempt else client_address(request) or ""
    # Always in this order, so that two transactions cannot wait for each other.
    name_lock(LockKind.SIGN_IN_NAME, name)
    if address:
        name_lock(LockKind.SIGN_IN_ADDRESS, address)
    if not AxesProxyHandler.is_allowed(request, credentials):
        return False
    recent = SignInAttempt.objects.filter(started_at__gt=timezone.now() - LONGEST_ATTEMPT)
    in_flight = list(recent.filter(Q(name=name) | Q(address=address)).values_list("name", "address"))
    with_name = sum(row[0] == name for row in in_flight)
    with_address = sum(bool(address) and row[1] == address for row in in_flight)
    if (
        with_name and with_name + AxesProxyHandler.get_failures(request, credentials) >= settings.AXES_FAILURE_LIMIT
    ) or (with_address and with_address + address_failures(request, address) >= ADDRESS_LIMIT):
        return None
    request.sign_in_attempt = SignInAttempt.objects.create(name=name, address=address)  # type: ignore[attr-defined]
    return True


def attempt_end(request: HttpRequest) -> None:
    """End the attempt of this request without a failure. Also removes attempts of processes that were killed."""
    attempt = request.__dict__.pop("sign_in_attempt", None)
    ended = Q(started_at__lte=timezone.now() - LONGEST_ATTEMPT)
    if attempt is not None:
        ended |= Q(pk=attempt.pk)
    SignInAttempt.objects.filter(ended).delete()


def address_is_locked(request: HttpRequest, credentials: dict[str, Any] | None) -> bool:
    """Return True if there were too many failed sign-ins from the request's address, with any names."""
    name, address = _name_of(request, credentials), client_address(request)
    if address is None or (name and budget_of(request, name).of_browser):
        return False
    return address_failures(request, address) >= ADDRESS_LIMIT


def address_failures(request: HttpRequest, address: str) -> int:
    """Return the number of recent failed sign-ins from the address."""
    recent = AccessAttempt.objects.filter(ip_address=address, attempt_time__gte=get_cool_off_threshold(request))
    failures: int | None = recent.aggregate(total=Sum("failures_since_start"))["total"]
    return failures or 0


class LockoutHandler(AxesDatabaseHandler):  # type: ignore[misc]
    """Locks out a name or an address (`AXES_HANDLER`)."""

    def is_locked(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
        """Return True if signing in is locked; sets a flag on the request if the address is the reason."""
        if address_is_locked(request, credentials):
            request.sign_in_address_locked = True  # type: ignore[attr-defined]
            return True
        return bool(super().is_locked(request, credentials))

    def user_login_failed(
        self, sender: object, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any
    ) -> None:
        """Count the failure, and end the attempt."""
        super().user_login_failed(sender, credentials, request, **kwargs)
        if request is not None:
            attempt_end(request)

    def user_logged_in(self, sender: object, request: HttpRequest, user: User, **kwargs: Any) -> None:
        """Delete the failures that share a limit with this sign-in, and end the attempt."""
        super().user_logged_in(sender, request, user, **kwargs)
        attempt_end(request)


def _name_of(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    return str((credentials or {}).get("username") or request.POST.get("username") or "")
