"""Authenticates workspaces at the cloud's API: by an access token, or by client credentials."""

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
    """Return the workspace whose access token the request contains; raises `error-unauthorized` (401)."""
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    workspace = workspace_by_access_token(token.strip()) if scheme.lower() == "bearer" else None
    if workspace is None:
        raise ApplicationError(
            "error-unauthorized", "An access token of a registered workspace is required", status=401
        )
    workspace_seen(workspace=workspace)
    return workspace


def client_of(request: Request, client_id: str = "", client_secret: str = "") -> RegisteredWorkspace:
    """Return the workspace whose client credentials the request contains.

    They are taken from the Authorization header (Basic; RFC 6749, 2.3.1) if present, else from the arguments. Raises
    `error-client-unknown` (401) and `error-workspace-suspended` (403).
    """
    scheme, _space, encoded = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            client_id, _colon, client_secret = base64.b64decode(encoded).decode().partition(":")
        except ValueError:
            client_id = client_secret = ""
        client_id, client_secret = unquote_plus(client_id), unquote_plus(client_secret)
        # PostgreSQL rejects NUL bytes, and no client id contains them.
        client_id = client_id.replace("\0", "")
    workspace = workspace_by_credentials(client_id, client_secret)
    active_ensure(workspace)
    workspace_seen(workspace=workspace)
    return workspace
