"""Creates the first administrator of a new installation."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from push.selectors.setup.codes import code_matches
from push.selectors.setup.progress import accepts_code, progress_current
from push.services.setup.progress import progress_locked, setup_close
from workspace.cache import call_count
from workspace.errors import ApplicationError
from workspace.models import Room, User
from workspace.models.rooms import DEFAULT_CHANNEL_ID
from workspace.permissions import ADMIN, USER
from workspace.roles import is_workspace
from workspace.services.accounts import user_create
from workspace.services.managed_accounts import address_check, password_checked, report_conflicts, username_check
from workspace.services.rooms import room_create

# How often one address may send a form with a code, in this many seconds. There is no limit for all addresses
# together: strangers could use it to lock the owner out, and the code is too long to be guessed from many addresses.
MAX_TRIES, IN_SECONDS = 30, 900


def code_check(*, code: str, caller: str) -> None:
    """Check the set-up code that the IP address `caller` has sent.

    Raises `error-setup-finished` (403) if there is an administrator, `error-too-many-requests` (429) for a caller with
    too many tries, and `error-setup-code` (403) for a wrong code.
    """
    if not accepts_code():
        raise ApplicationError("error-setup-finished", _("This installation has been set up already."), status=403)
    if call_count(f"setup-code:{caller}", seconds=IN_SECONDS) > MAX_TRIES:
        message = _("Too many attempts. Try again in 15 minutes.")
        raise ApplicationError("error-too-many-requests", message, status=429)
    if not code_matches(progress_current(), code):
        message = _("This is not the set-up code. “manage.py setupcode” shows it.")
        raise ApplicationError("error-setup-code", message, status=403)


@transaction.atomic
def administrator_by_code(
    *, code: str, caller: str, username: str, name: str, email: str, password: str, time_zone: str = ""
) -> User:
    """Create the first administrator for a person who knows the set-up code; the code is invalid from then on.

    Raises the errors of :func:`code_check` and :func:`administrator_create`.
    """
    # Of two people who know the code, the second one waits here, and then finds an administrator.
    progress_locked()
    code_check(code=code, caller=caller)
    return administrator_create(username=username, name=name, email=email, password=password, time_zone=time_zone)


@transaction.atomic
def administrator_create(*, username: str, email: str, password: str, name: str = "", time_zone: str = "") -> User:
    """Create an administrator, and the channel "general" if there is no room.

    The address counts as verified: the person who sets up a server chooses it. Raises `error-password-policy-not-met`,
    and the errors of the checks of names and addresses.
    """
    username_check(username)
    address_check(email)
    with report_conflicts(username, email):
        user = user_create(
            username=username,
            name=name,
            password=password_checked(password, User(username=username, name=name)),
            email=email,
            email_verified=True,
            roles=(ADMIN, USER),
        )
    if time_zone:
        user.time_zone = time_zone
        user.save(update_fields=["time_zone", "updated_at"])
    if is_workspace() and not Room.objects.exists():
        room_create(creator=user, name="general", public_id=DEFAULT_CHANNEL_ID)
    return user


def administrator_skip(*, code: str, caller: str) -> None:
    """Open the site without an administrator, who will be created by a command; raises errors of `code_check`."""
    code_check(code=code, caller=caller)
    setup_close()
