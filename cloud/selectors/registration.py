"""Reading who is registered with this installation's cloud."""

from __future__ import annotations

import hashlib

from cloud.models import RegisteredWorkspace


def access_token_digest(token: str) -> str:
    """Return what an access token is stored and looked up by.

    A plain hash suffices: the token is 256 random bits, so there is nothing to guess from its digest.
    """
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def workspace_by_access_token(token: str) -> RegisteredWorkspace | None:
    """Return the active workspace that the token belongs to.

    Always one hash and one look-up by index, whatever the token: the time taken tells nothing of those that exist.
    """
    return RegisteredWorkspace.objects.filter(access_token_digest=access_token_digest(token), is_active=True).first()
