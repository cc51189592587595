"""Finds registered workspaces by their credentials."""

from __future__ import annotations

from django.utils import timezone

from cloud.models import AccessToken, RegisteredWorkspace
from cloud.secrets import secret_digest, secret_matches
from workspace.errors import ApplicationError


def workspace_by_access_token(token: str) -> RegisteredWorkspace | None:
    """Return the active workspace of a valid access token.

    Every token costs one hash and one index lookup, so the response time reveals nothing about existing tokens.
    """
    rows = AccessToken.objects.select_related("workspace")
    row = rows.filter(digest=secret_digest(token), ends_at__gt=timezone.now(), workspace__is_active=True).first()
    return row.workspace if row else None


def workspace_by_gateway_key(key: str) -> RegisteredWorkspace | None:
    """Return the active workspace of the key in a gateway URL."""
    return RegisteredWorkspace.objects.filter(gateway_key_digest=secret_digest(key), is_active=True).first()


def workspace_by_credentials(client_id: str, client_secret: str) -> RegisteredWorkspace:
    """Return the workspace with these client credentials, even if it is suspended.

    Raises `error-client-unknown` (401) both for an unknown client and for a wrong secret.
    """
    workspace = RegisteredWorkspace.objects.filter(public_id=client_id).first()
    if not secret_matches(client_secret, workspace.client_secret_digest if workspace else "") or workspace is None:
        raise ApplicationError("error-client-unknown", "These client credentials are not known here", status=401)
    return workspace
