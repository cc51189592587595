"""Who asks the cloud: by an access token, or by the client credentials that fetch one."""

from __future__ import annotations

import base64
from urllib.parse import unquote_plus

from rest_framework.request import Request

from cloud.models import RegisteredWorkspace
from cloud.selectors.registration import workspace_by_access_token, workspace_by_credentials
from cloud.services.registration import workspace_seen
from cloud.services.suspension import active_ensure
from workspace.errors import ApplicationError


def workspace_of(request: Request) -> RegisteredWorkspace:
    """Return the workspace whose access token the request brings; raises `error-unauthorized` (401)."""
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    workspace = workspace_by_access_token(token.strip()) if scheme.lower() == "bearer" else None
    if workspace is None:
        raise ApplicationError("error-unauthorized", "A registered workspace's access token is needed", status=401)
    workspace_seen(workspace=workspace)
    return workspace


def client_of(request: Request, client_id: str = "", client_secret: str = "") -> RegisteredWorkspace:
    """Return the workspace whose client credentials the request brings.

    In the Authorization header (Basic; RFC 6749, 2.3.1), or as given. Raises `error-client-unknown` (401), and
    `error-workspace-suspended` (403).
    """
    scheme, _space, encoded = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            client_id, _colon, client_secret = base64.b64decode(encoded).decode().partition(":")
        except ValueError:
            client_id = client_secret = ""
        client_id, client_secret = unquote_plus(client_id), unquote_plus(client_secret)
        # Which no client's id holds, and PostgreSQL does not take.
        client_id = client_id.replace("\0", "")
    workspace = workspace_by_credentials(client_id, client_secret)
    active_ensure(workspace)
    workspace_seen(workspace=workspace)
    return workspace
