"""The set-up without a browser, by options of `manage.py setup` or environment variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import transaction

from cloud.models import CloudConnection, PendingRegistration
from cloud.services.own_registration import connect_later
from push.selectors.setup.progress import has_administrator, progress_current, state_of
from push.selectors.setup.routes import Way
from push.selectors.setup.steps import PUSH, WORKSPACE
from push.services.setup.administrator import administrator_create
from push.services.setup.progress import setup_close, step_complete
from push.services.setup.routes import way_values
from workspace.errors import ApplicationError
from workspace.models import ChangeSource, User
from workspace.selectors.accounts import user_by_username
from workspace.services.settings import Origin, settings_save, unlocked_values

# The setting of each option that describes the workspace.
SETTING_OF = {
    "name": "Site_Name",
    "type": "Organization_Type",
    "size": "Size",
    "country": "Country",
    "language": "Language",
    "time_zone": "Default_Custom_Timezone",
}
OPTIONS = (*SETTING_OF, "push")


@dataclass(frozen=True, slots=True, kw_only=True)
class Administrator:
    """The first administrator."""

    username: str
    email: str
    name: str = ""
    password: str = field(default="", repr=False)


@transaction.atomic
def administrator_ensure(wanted: Administrator) -> User | None:
    """Create the administrator; return None if an account has this username, which stays as it is.

    Raises `error-setup-password` without a password, `error-setup-account` if the account with this username is no
    administrator, and the errors of `administrator_create`.
    """
    existing = user_by_username(wanted.username)
    if existing is not None:
        if not (existing.is_staff or existing.is_superuser):
            message = f"The account {wanted.username} exists and is not an administrator."
            raise ApplicationError("error-setup-account", message)
        return None
    if not wanted.password:
        raise ApplicationError("error-setup-password", "The administrator needs a password.")
    return administrator_create(
        username=wanted.username, email=wanted.email, name=wanted.name, password=wanted.password
    )


@transaction.atomic
def values_apply(values: Mapping[str, str], *, cloud_token: str = "") -> None:
    """Save the options that are not empty, and register with a cloud by the token unless the workspace is registered.

    Settings that the environment fixes are left alone. Applying the same values again changes nothing. Raises
    `error-setup-push` for an unknown way of pushes, and the errors of `settings_save`.
    """
    wanted: dict[str, object] = {SETTING_OF[name]: values[name] for name in SETTING_OF if values.get(name)}
    if way := values.get("push"):
        if way not in Way.values:
            raise ApplicationError("error-setup-push", f"Choose one of {', '.join(Way.values)}, not {way!r}.")
        wanted |= way_values(Way(way))
    if wanted:
        settings_save(values=unlocked_values(wanted), origin=Origin(source=ChangeSource.COMMAND))
    if any(values.get(name) for name in SETTING_OF):
        step_complete(step=WORKSPACE)
    if way:
        step_complete(step=PUSH)
    if cloud_token and not CloudConnection.objects.exists() and not PendingRegistration.objects.exists():
        connect_later(token=cloud_token)


def environment_apply(wanted: Administrator | None, values: Mapping[str, str], *, cloud_token: str = "") -> bool:
    """Set up a new installation from environment variables; returns False if it is set up already.

    They are initial values: what administrators change later is not overwritten at the next start.
    """
    if is_set_up() or not (wanted or cloud_token or any(values.values())):
        return False
    with transaction.atomic():
        if wanted:
            administrator_ensure(wanted)
        values_apply(values, cloud_token=cloud_token)
        if wanted:
            setup_close()
    return True


def is_set_up() -> bool:
    """Return True if somebody has set up this installation before."""
    progress = progress_current()
    return has_administrator() or progress.closed_at is not None or bool(state_of(progress).completed)
