"""Issues licences (at the cloud) and installs them (at the workspace)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy

from cloud.licences import Licence, key_pair_new, licence_sign
from cloud.models import (
    EventKind,
    InstalledLicence,
    LicenceSource,
    Plan,
    RegisteredWorkspace,
    SigningKey,
)
from cloud.selectors.licence import PREMIUM_MODULES, LicenceStatus, granted_modules, licence_check
from cloud.services.audit import event_record
from workspace.errors import ApplicationError
from workspace.ids import public_id_new
from workspace.models import User
from workspace.setting_groups import SettingsGroup

# A licence from synchronization stays valid this long while the cloud cannot be reached; it is renewed every day.
SYNCED_FOR = timedelta(days=14)
# Allowed difference between the clocks of cloud and workspace.
LEEWAY = timedelta(minutes=5)
TOKEN_MAX_LENGTH = 8192
# Why a licence cannot be installed. These do not mention the plan, because an earlier licence stays in use.
REFUSALS = {
    LicenceStatus.EXPIRED: gettext_lazy("This licence has expired. Ask your cloud provider for a new one."),
    LicenceStatus.EARLY: gettext_lazy("This licence is not valid yet."),
    LicenceStatus.TAMPERED: gettext_lazy("This licence is not signed by the cloud. Check that you copied all of it."),
    LicenceStatus.FOREIGN: gettext_lazy(
        "This licence is for another workspace. Ask your cloud provider for one with this workspace's unique id."
    ),
}


def signing_key_ensure() -> SigningKey:
    """Return the key with which this cloud signs licences; creates it on the first call."""
    stored = SigningKey.objects.first()
    if stored is not None:
        return stored
    private, public = key_pair_new()
    # Several processes may get here at once; get_or_create makes all of them use the same key.
    return SigningKey.objects.get_or_create(pk=1, defaults={"private_key": private, "public_key": public})[0]


def licence_current(workspace: RegisteredWorkspace, *, ends_at: datetime | None = None) -> str | None:
    """Return a signed licence for the workspace's current plan; None for the community plan.

    It expires at `ends_at`, or after :data:`SYNCED_FOR` by default, but never later than the plan ends.
    """
    now = timezone.now()
    if workspace.plan_at(now) == Plan.COMMUNITY:
        return None
    ends = ends_at or now + SYNCED_FOR
    if workspace.plan_ends_at:
        ends = min(ends, workspace.plan_ends_at)
    key = signing_key_ensure()
    licence = Licence(
        id=public_id_new(),
        unique_id=workspace.unique_id,
        plan=workspace.plan,
        modules=tuple(dict.fromkeys([*PREMIUM_MODULES, *workspace.modules])),
        limit=workspace.monthly_limit,
        begins_at=now - LEEWAY,
        ends_at=ends,
        issuer=settings.SITE_URL,
    )
    return licence_sign(licence, private_key=key.private_key, key_id=key.key_id)


@transaction.atomic
def licence_issue(*, workspace: RegisteredWorkspace, ends_at: datetime, actor: User | None = None) -> str:
    """Return a licence to paste into a workspace that cannot reach the cloud.

    Raises `error-plan-community` for a workspace on the community plan, which needs no licence.
    """
    token = licence_current(workspace, ends_at=ends_at)
    if token is None:
        raise ApplicationError("error-plan-community", "The community plan needs no licence")
    event_record(EventKind.LICENCE, workspace=workspace, actor=actor, until=ends_at.isoformat())
    return token


@transaction.atomic
def licence_install(*, token: str, source: LicenceSource = LicenceSource.PASTED) -> InstalledLicence:
    """Install a licence, replacing any earlier one.

    Raises `error-licence-invalid` with the reason if the licence is not valid; the earlier one then stays installed.
    """
    compact = "".join(token.split())
    status, _licence = licence_check(compact) if len(compact) <= TOKEN_MAX_LENGTH else (LicenceStatus.TAMPERED, None)
    if status != LicenceStatus.VALID:
        raise ApplicationError("error-licence-invalid", str(REFUSALS.get(status, status.label)))
    installed, _made = InstalledLicence.objects.update_or_create(
        pk=1, defaults={"token": compact, "source": source, "installed_at": timezone.now()}
    )
    transaction.on_commit(licence_cache_clear)
    return installed


@transaction.atomic
def licence_remove(*, source: LicenceSource | None = None) -> None:
    """Remove the licence; with `source`, only if it came from that source."""
    rows = InstalledLicence.objects.all()
    (rows.filter(source=source) if source else rows).delete()
    transaction.on_commit(licence_cache_clear)


def licence_cache_clear() -> None:
    """Clear this process's caches of the licence and of the settings that the licence unlocks."""
    granted_modules.clear()
    SettingsGroup.forget_cached()
