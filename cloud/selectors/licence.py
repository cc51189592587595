"""What this workspace's licence grants at this moment: read from its signature every time, never from a column."""

from __future__ import annotations

import time
from dataclasses import dataclass

from django.conf import settings
from django.db import DatabaseError, models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cloud.licences import InvalidLicenceError, Licence, licence_read
from cloud.models import CloudConnection, InstalledLicence, Plan, SigningKey
from workspace.models import GeneralSettings
from workspace.roles import is_cloud

CACHE_SECONDS = 1.0
# What premium brings without being named.
PREMIUM_MODULES = ("push-privacy",)


class LicenceStatus(models.TextChoices):
    """Whether the licence holds, and if not, why."""

    NONE = "none", _("There is no licence: the community plan holds.")
    VALID = "valid", _("The licence holds.")
    EXPIRED = "expired", _("The licence has expired: the community plan holds. Renew it at your cloud.")
    EARLY = "early", _("The licence does not hold yet: the community plan does.")
    TAMPERED = "tampered", _("The licence is not signed by the cloud: the community plan holds. Install it anew.")
    FOREIGN = "foreign", _("The licence is for another workspace: the community plan holds.")
    NO_KEY = "no_key", _("No key to check the licence with: connect to the cloud, or set LICENCE_PUBLIC_KEY.")


@dataclass(frozen=True, slots=True)
class LicenceState:
    """The licence, if there is one that can be read, and whether it holds."""

    status: LicenceStatus
    licence: Licence | None = None
    installed: InstalledLicence | None = None

    @property
    def is_valid(self) -> bool:
        return self.status == LicenceStatus.VALID

    @property
    def plan(self) -> str:
        return self.licence.plan if self.is_valid and self.licence else Plan.COMMUNITY

    @property
    def modules(self) -> tuple[str, ...]:
        return self.licence.modules if self.is_valid and self.licence else ()


def public_key_pinned() -> str:
    """Return the key that licences must be signed with, empty where none is known.

    The environment's goes first, then the one pinned when the workspace was connected.
    """
    if settings.LICENCE_PUBLIC_KEY:
        return str(settings.LICENCE_PUBLIC_KEY)
    connection = CloudConnection.objects.first()
    if connection and connection.public_key:
        return connection.public_key
    own = SigningKey.objects.first() if is_cloud() else None
    return own.public_key if own else ""


def licence_state() -> LicenceState:
    """Return this workspace's licence and whether it holds now."""
    installed = InstalledLicence.objects.first()
    if installed is None:
        return LicenceState(LicenceStatus.NONE)
    status, licence = licence_check(installed.token)
    return LicenceState(status, licence, installed)


def licence_check(token: str) -> tuple[LicenceStatus, Licence | None]:
    """Return whether a licence would hold here and now, and what it says."""
    key = public_key_pinned()
    if not key:
        return LicenceStatus.NO_KEY, None
    try:
        licence = licence_read(token, public_key=key)
    except InvalidLicenceError:
        return LicenceStatus.TAMPERED, None
    now = timezone.now()
    if licence.unique_id != GeneralSettings.stored().unique_id:
        return LicenceStatus.FOREIGN, licence
    if now < licence.begins_at:
        return LicenceStatus.EARLY, licence
    return (LicenceStatus.EXPIRED if licence.ends_at <= now else LicenceStatus.VALID), licence


class GrantedModules:
    """The modules that the licence grants, looked up at most once a second; a source for `workspace.licence`."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Look the licence up anew the next time."""
        self._read_at = float("-inf")
        self._modules: tuple[str, ...] = ()

    def __call__(self) -> tuple[str, ...]:
        if time.monotonic() - self._read_at >= CACHE_SECONDS:
            try:
                self._modules = licence_state().modules
            except DatabaseError:
                # Asked before the tables are there: by a check, or while they are being made.
                return ()
            self._read_at = time.monotonic()
        return self._modules


granted_modules = GrantedModules()
