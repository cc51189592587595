"""What this workspace's licence grants now. The signed token is verified on each read; nothing is copied from it."""

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
# Modules that the premium plan includes without listing them.
PREMIUM_MODULES = ("push-privacy",)


class LicenceStatus(models.TextChoices):
    """Whether the licence is valid, and if not, why."""

    NONE = "none", _("No licence is installed. The community plan applies.")
    VALID = "valid", _("The licence is valid.")
    EXPIRED = (
        "expired",
        _("The licence has expired. The community plan applies until you renew it with your cloud provider."),
    )
    EARLY = "early", _("The licence is not valid yet. The community plan applies.")
    TAMPERED = (
        "tampered",
        _("The licence is not signed by the cloud. The community plan applies. Install the licence again."),
    )
    FOREIGN = "foreign", _("The licence is for another workspace. The community plan applies.")
    NO_KEY = (
        "no_key",
        _("The licence cannot be checked without the cloud's key. Connect to the cloud, or set LICENCE_PUBLIC_KEY."),
    )


@dataclass(frozen=True, slots=True)
class LicenceState:
    """The installed licence, if it can be read, and its status."""

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
    """Return the public key with which licences must be signed; empty if none is known.

    LICENCE_PUBLIC_KEY takes precedence over the key that was stored when the workspace connected.
    """
    if settings.LICENCE_PUBLIC_KEY:
        return str(settings.LICENCE_PUBLIC_KEY)
    connection = CloudConnection.objects.first()
    if connection and connection.public_key:
        return connection.public_key
    own = SigningKey.objects.first() if is_cloud() else None
    return own.public_key if own else ""


def licence_state() -> LicenceState:
    """Return this workspace's licence and its current status."""
    installed = InstalledLicence.objects.first()
    if installed is None:
        return LicenceState(LicenceStatus.NONE)
    status, licence = licence_check(installed.token)
    return LicenceState(status, licence, installed)


def licence_check(token: str) -> tuple[LicenceStatus, Licence | None]:
    """Return the status that a licence has in this workspace now, and its contents if it can be read."""
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
    """The modules that the licence grants, cached for a second; a source for `workspace.setting_groups.licence`."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Clear the cache, so that the next call reads the licence again."""
        self._read_at = float("-inf")
        self._modules: tuple[str, ...] = ()

    def __call__(self) -> tuple[str, ...]:
        if time.monotonic() - self._read_at >= CACHE_SECONDS:
            try:
                self._modules = licence_state().modules
            except DatabaseError:
                # The tables may not exist yet: system checks and migrations call this as well.
                return ()
            self._read_at = time.monotonic()
        return self._modules


granted_modules = GrantedModules()
