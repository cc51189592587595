"""Registers workspaces with this installation's cloud, and issues and revokes their credentials."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from cloud.gateway_protocols import ROCKETCHAT
from cloud.models import (
    AccessToken,
    Admission,
    CloudServiceSettings,
    EventKind,
    Plan,
    RegisteredWorkspace,
)
from cloud.secrets import secret_digest, secret_new
from cloud.services.audit import event_record
from cloud.services.suspension import active_ensure
from workspace.errors import ApplicationError
from workspace.models import User

# A busy workspace sends many requests per second; the time of the last one is written at most once a minute.
LAST_SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Credentials:
    """Client credentials with which a workspace fetches access tokens (OAuth 2.0, RFC 6749, 4.4)."""

    client_id: str
    client_secret: str = field(repr=False)


@transaction.atomic
def workspace_register(
    *,
    unique_id: str,
    name: str,
    site_url: str = "",
    email: str = "",
    admission: Admission = Admission.CONSOLE,
    plan: str = Plan.COMMUNITY,
    protocol: str = ROCKETCHAT,
    actor: User | None = None,
) -> tuple[RegisteredWorkspace, Credentials]:
    """Register a workspace with this installation's cloud and gateway; returns its row and its credentials.

    The secret is returned only here; the database stores its digest. A workspace that disconnected before, or that is
    known from open registration, keeps its row and usage counts. It keeps its plan only if the confirmed e-mail address
    is the same, because a unique id is not a secret. Raises `error-workspace-registered` (409) for any other known
    unique id; use :func:`credentials_rotate` to issue new credentials. Raises `error-workspace-suspended` (403) for a
    suspended workspace, and `invalid-params` for invalid values.
    """
    secret = secret_new()
    workspace = RegisteredWorkspace.objects.select_for_update().filter(unique_id=unique_id).first()
    if workspace and workspace.disconnected_at is None and workspace.admission != Admission.OPEN:
        raise ApplicationError("error-workspace-registered", "This workspace is registered already", status=409)
    if workspace is None:
        workspace = RegisteredWorkspace(unique_id=unique_id, plan=plan)
    elif not workspace.is_active:
        raise ApplicationError("error-workspace-suspended", "This workspace is suspended at the cloud", status=403)
    if not email or workspace.email.lower() != email.lower():
        workspace.plan, workspace.plan_ends_at, workspace.monthly_limit, workspace.modules = plan, None, None, []
    workspace.name, workspace.site_url, workspace.email = name, site_url, email
    workspace.admission, workspace.disconnected_at, workspace.other_url = admission, None, ""
    workspace.client_secret_digest, workspace.protocol = secret_digest(secret), protocol
    try:
        workspace.full_clean()
    except ValidationError as error:
        raise invalid(error) from error
    workspace.save()
    event_record(EventKind.REGISTERED, workspace=workspace, actor=actor, admission=admission, address=site_url)
    return workspace, Credentials(workspace.client_id, secret)


def invalid(error: ValidationError) -> ApplicationError:
    """Return an `invalid-params` error that names the invalid fields."""
    sentences = [f"{name}: {' '.join(messages)}" for name, messages in error.message_dict.items()]
    return ApplicationError("invalid-params", " ".join(sentences))


@transaction.atomic
def credentials_rotate(*, workspace: RegisteredWorkspace, actor: User | None = None) -> Credentials:
    """Issue a new secret for the workspace; the previous one and all access tokens stop working at once."""
    secret = secret_new()
    workspace.client_secret_digest = secret_digest(secret)
    workspace.save(update_fields=["client_secret_digest"])
    AccessToken.objects.filter(workspace=workspace).delete()
    event_record(EventKind.CREDENTIALS, workspace=workspace, actor=actor)
    return Credentials(workspace.client_id, secret)


@transaction.atomic
def access_token_issue(*, workspace: RegisteredWorkspace) -> tuple[str, int]:
    """Return a new access token and its lifetime in seconds; earlier tokens stay valid until they expire.

    Raises `error-workspace-suspended` (403).
    """
    active_ensure(workspace)
    token, now = secret_new(), timezone.now()
    seconds = CloudServiceSettings.current().token_minutes * 60
    AccessToken.objects.filter(workspace=workspace, ends_at__lt=now).delete()
    ends_at = now + timedelta(seconds=seconds)
    AccessToken.objects.create(workspace=workspace, digest=secret_digest(token), ends_at=ends_at)
    return token, seconds


@transaction.atomic
def gateway_key_create(*, workspace: RegisteredWorkspace, actor: User | None = None) -> str:
    """Return a new key for the gateway URL of a server that cannot fetch access tokens; revokes any earlier key."""
    key = secret_new()
    workspace.gateway_key_digest = secret_digest(key)
    workspace.save(update_fields=["gateway_key_digest"])
    event_record(EventKind.GATEWAY_KEY, workspace=workspace, actor=actor)
    return key


@transaction.atomic
def protocol_change(*, workspace: RegisteredWorkspace, protocol: str, actor: User | None = None) -> bool:
    """Change the gateway protocol that the workspace speaks; returns False if it speaks it already.

    The workspace's gateway key is revoked, because one protocol may have published the key that another keeps secret.
    """
    before = workspace.protocol
    if protocol == before:
        return False
    workspace.protocol, workspace.gateway_key_digest = protocol, None
    workspace.save(update_fields=["protocol", "gateway_key_digest"])
    event_record(EventKind.PROTOCOL, workspace=workspace, actor=actor, before=before, after=protocol)
    return True


@transaction.atomic
def gateway_key_revoke(*, workspace: RegisteredWorkspace, actor: User | None = None) -> None:
    """Revoke the key in the gateway URL."""
    workspace.gateway_key_digest = None
    workspace.save(update_fields=["gateway_key_digest"])
    event_record(EventKind.GATEWAY_KEY_ENDED, workspace=workspace, actor=actor)


@transaction.atomic
def workspace_disconnect(*, workspace: RegisteredWorkspace) -> None:
    """Disconnect a workspace at its own request: its credentials stop working, its usage counts stay."""
    workspace.client_secret_digest, workspace.disconnected_at = "", timezone.now()
    workspace.save(update_fields=["client_secret_digest", "disconnected_at"])
    AccessToken.objects.filter(workspace=workspace).delete()
    event_record(EventKind.DISCONNECTED, workspace=workspace)


def workspace_seen(*, workspace: RegisteredWorkspace, at: datetime | None = None) -> None:
    """Record the time of the workspace's last request (`at`, by default now), to the minute."""
    seen_at = at or timezone.now()
    if workspace.last_seen_at is not None and seen_at - workspace.last_seen_at < LAST_SEEN_EVERY:
        return
    stale = Q(last_seen_at=None) | Q(last_seen_at__lte=seen_at - LAST_SEEN_EVERY)
    RegisteredWorkspace.objects.filter(stale, pk=workspace.pk).update(last_seen_at=seen_at)
