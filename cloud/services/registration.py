"""Registering workspaces with the cloud, and keeping a workspace's own registration."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from cloud.models import CloudConnection, RegisteredWorkspace
from cloud.selectors.registration import access_token_digest
from workspace.errors import ApplicationError

ACCESS_TOKEN_BYTES = 32
# A busy workspace is seen many times a second; one write a minute says as much.
SEEN_EVERY = timedelta(minutes=1)


@transaction.atomic
def workspace_register(*, unique_id: str, name: str) -> tuple[RegisteredWorkspace, str]:
    """Let a workspace use this installation's cloud and gateway; returns its row and its access token.

    The token is told here once and kept as a digest only. Raises `error-workspace-registered` (409) for a unique id
    that is known already: such a workspace is given a new token by :func:`access_token_rotate`.
    """
    if RegisteredWorkspace.objects.filter(unique_id=unique_id).exists():
        raise ApplicationError("error-workspace-registered", "This workspace is registered already", status=409)
    token = access_token_new()
    workspace = RegisteredWorkspace(unique_id=unique_id, name=name, access_token_digest=access_token_digest(token))
    workspace.full_clean()
    workspace.save()
    return workspace, token


@transaction.atomic
def access_token_rotate(*, workspace: RegisteredWorkspace) -> str:
    """Give the workspace a new access token and return it; the one before it stops working at once."""
    token = access_token_new()
    workspace.access_token_digest = access_token_digest(token)
    workspace.save(update_fields=["access_token_digest"])
    return token


def access_token_new() -> str:
    """Return a fresh access token of 256 random bits."""
    return secrets.token_urlsafe(ACCESS_TOKEN_BYTES)


def workspace_seen(*, workspace: RegisteredWorkspace, at: datetime | None = None) -> None:
    """Record that the workspace made a request at the moment `at` (now), to the minute."""
    moment = at or timezone.now()
    if workspace.last_seen_at is not None and moment - workspace.last_seen_at < SEEN_EVERY:
        return
    stale = Q(last_seen_at=None) | Q(last_seen_at__lte=moment - SEEN_EVERY)
    RegisteredWorkspace.objects.filter(stale, pk=workspace.pk).update(last_seen_at=moment)


@transaction.atomic
def connection_save(*, workspace_id: str, access_token: str) -> CloudConnection:
    """Keep this workspace's own registration, encrypted at rest, in place of any earlier one."""
    connection, _made = CloudConnection.objects.update_or_create(
        pk=1,
        defaults={"workspace_id": workspace_id, "access_token": access_token, "connected_at": timezone.now()},
    )
    return connection
