"""Reading who is registered with this installation's cloud."""

from __future__ import annotations

from django.utils import timezone

from cloud.models import AccessToken, RegisteredWorkspace
from cloud.secrets import secret_digest, secret_matches
from workspace.errors import ApplicationError


def workspace_by_access_token(token: str) -> RegisteredWorkspace | None:
    """Return the active workspace that the token belongs to, while it holds.

    Always one hash and one look-up by index, whatever the token: the time taken tells nothing of those that exist.
    """
    rows = AccessToken.objects.select_related("workspace")
    found = rows.filter(digest=secret_digest(token), ends_at__gt=timezone.now(), workspace__is_active=True).first()
    return found.workspace if found else None


def workspace_by_gateway_key(key: str) -> RegisteredWorkspace | None:
    """Return the active workspace that the key in its gateway's address belongs to."""
    return RegisteredWorkspace.objects.filter(gateway_key_digest=secret_digest(key), is_active=True).first()


def workspace_by_credentials(client_id: str, client_secret: str) -> RegisteredWorkspace:
    """Return the workspace, suspended or not, whose client credentials these are.

    Raises `error-client-unknown` (401), the same for an unknown client as for a wrong secret.
    """
    workspace = RegisteredWorkspace.objects.filter(public_id=client_id).first()
    if not secret_matches(client_secret, workspace.client_secret_digest if workspace else "") or workspace is None:
        raise ApplicationError("error-client-unknown", "These client credentials are not known here", status=401)
    return workspace
