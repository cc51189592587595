"""Registering workspaces with this installation's cloud, and the credentials that they are given."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

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

# A busy workspace is seen many times a second; one write a minute says as much.
LAST_SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a workspace fetches access tokens with (OAuth 2.0 client credentials, RFC 6749, 4.4)."""

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
    actor: User | None = None,
) -> tuple[RegisteredWorkspace, Credentials]:
    """Let a workspace use this installation's cloud and gateway; returns its row and its credentials.

    The secret is told here once and kept as a digest only. A workspace that disconnected itself, or that was only known
    by open registration, is taken up again with its counts; and with its plan where the e-mail address, which is
    confirmed, is the same: a unique id is no secret. Raises `error-workspace-registered` (409) for
    any other unique id that is known already: such a workspace is given new credentials by
    :func:`credentials_rotate`. Raises `invalid-params` for values that make no sense.
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
    workspace.client_secret_digest = secret_digest(secret)
    try:
        workspace.full_clean()
    except ValidationError as error:
        raise invalid(error) from error
    workspace.save()
    event_record(EventKind.REGISTERED, workspace=workspace, actor=actor, admission=admission, address=site_url)
    return workspace, Credentials(workspace.client_id, secret)


def invalid(error: ValidationError) -> ApplicationError:
    """Return the refusal of values that make no sense, which names them."""
    sentences = [f"{name}: {' '.join(messages)}" for name, messages in error.message_dict.items()]
    return ApplicationError("invalid-params", " ".join(sentences))


@transaction.atomic
def credentials_rotate(*, workspace: RegisteredWorkspace, actor: User | None = None) -> Credentials:
    """Give the workspace a new secret; the one before it and every access token stop working at once."""
    secret = secret_new()
    workspace.client_secret_digest = secret_digest(secret)
    workspace.save(update_fields=["client_secret_digest"])
    AccessToken.objects.filter(workspace=workspace).delete()
    event_record(EventKind.CREDENTIALS, workspace=workspace, actor=actor)
    return Credentials(workspace.client_id, secret)


@transaction.atomic
def access_token_issue(*, workspace: RegisteredWorkspace) -> tuple[str, int]:
    """Return a new access token and for how many seconds it holds; those issued before hold on until their end.

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
    """Return a new key for the gateway's address of a server that cannot fetch access tokens; any earlier one ends."""
    key = secret_new()
    workspace.gateway_key_digest = secret_digest(key)
    workspace.save(update_fields=["gateway_key_digest"])
    event_record(EventKind.GATEWAY_KEY, workspace=workspace, actor=actor)
    return key


@transaction.atomic
def gateway_key_revoke(*, workspace: RegisteredWorkspace, actor: User | None = None) -> None:
    """Let the key in the gateway's address work no longer."""
    workspace.gateway_key_digest = None
    workspace.save(update_fields=["gateway_key_digest"])
    event_record(EventKind.GATEWAY_KEY_ENDED, workspace=workspace, actor=actor)


@transaction.atomic
def workspace_disconnect(*, workspace: RegisteredWorkspace) -> None:
    """Let go of a workspace that disconnects itself: its credentials end, its counts stay."""
    workspace.client_secret_digest, workspace.disconnected_at = "", timezone.now()
    workspace.save(update_fields=["client_secret_digest", "disconnected_at"])
    AccessToken.objects.filter(workspace=workspace).delete()
    event_record(EventKind.DISCONNECTED, workspace=workspace)


def workspace_seen(*, workspace: RegisteredWorkspace, at: datetime | None = None) -> None:
    """Record that the workspace made a request at the moment `at` (now), to the minute."""
    moment = at or timezone.now()
    if workspace.last_seen_at is not None and moment - workspace.last_seen_at < LAST_SEEN_EVERY:
        return
    stale = Q(last_seen_at=None) | Q(last_seen_at__lte=moment - LAST_SEEN_EVERY)
    RegisteredWorkspace.objects.filter(stale, pk=workspace.pk).update(last_seen_at=moment)
