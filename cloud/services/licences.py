"""Issuing licences at the cloud, and installing one at the workspace."""

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

# A synchronised licence outlives a cloud that cannot be reached for this long; it is renewed every day.
SYNCED_FOR = timedelta(days=14)
# A clock may go wrong by this much at either end.
LEEWAY = timedelta(minutes=5)
TOKEN_MAX_LENGTH = 8192
# Why one is not installed. What holds then is told elsewhere: an earlier licence goes on.
REFUSALS = {
    LicenceStatus.EXPIRED: gettext_lazy("This licence has expired already. Ask your cloud for a new one."),
    LicenceStatus.EARLY: gettext_lazy("This licence does not hold yet."),
    LicenceStatus.TAMPERED: gettext_lazy("This licence is not signed by the cloud: copy the whole of it."),
    LicenceStatus.FOREIGN: gettext_lazy(
        "This licence is for another workspace. Ask your cloud for one for this workspace's unique id."
    ),
}


def signing_key_ensure() -> SigningKey:
    """Return the key that this cloud signs with, made the first time."""
    known = SigningKey.objects.first()
    if known is not None:
        return known
    private, public = key_pair_new()
    # Of processes that make the first licences together, one makes the key.
    return SigningKey.objects.get_or_create(pk=1, defaults={"private_key": private, "public_key": public})[0]


def licence_current(workspace: RegisteredWorkspace, *, ends_at: datetime | None = None) -> str | None:
    """Return a licence for what the workspace has paid for now, signed; None on the community plan.

    It ends with the plan, at `ends_at`, or after :data:`SYNCED_FOR`.
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
    """Return a licence to be pasted at a workspace without a way to the cloud.

    Raises `error-plan-community` for a workspace on the community plan, which needs none.
    """
    token = licence_current(workspace, ends_at=ends_at)
    if token is None:
        raise ApplicationError("error-plan-community", "The community plan needs no licence")
    event_record(EventKind.LICENCE, workspace=workspace, actor=actor, until=ends_at.isoformat())
    return token


@transaction.atomic
def licence_install(*, token: str, source: LicenceSource = LicenceSource.PASTED) -> InstalledLicence:
    """Keep a licence in place of any earlier one.

    Raises `error-licence-invalid` with the reason for one that would not hold; what was there before is then kept.
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
    """Remove the licence; only one that came by that way, where `source` is given."""
    rows = InstalledLicence.objects.all()
    (rows.filter(source=source) if source else rows).delete()
    transaction.on_commit(licence_cache_clear)


def licence_cache_clear() -> None:
    """Let this process see the licence, and the settings that it unlocks, as they now stand."""
    granted_modules.clear()
    SettingsGroup.forget_cached()
