"""What a user's clients are called in presence. A client is told by the sign-in it uses, so that it ends with it."""

from __future__ import annotations

from django.utils.crypto import salted_hmac
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

NAME_LENGTH = 24


def token_client_name(digest: str) -> str:
    """Return the name of the client that uses an API token, by the token's digest."""
    return f"token:{digest[:NAME_LENGTH]}"


def session_client_prefix(session_key: str) -> str:
    """Return what the names of all pages of one browser session begin with; it does not tell the session's key."""
    digest = salted_hmac("workspace.clients", session_key).hexdigest()
    return f"page:{digest[:NAME_LENGTH]}:"


def page_client_name(session_key: str, page: str) -> str:
    """Return the name of one open page, by the key of its browser session and what the page calls itself."""
    return session_client_prefix(session_key) + page


def client_kind(client: str) -> str | Promise:
    """Return what a client is, for people."""
    if client.startswith("page:"):
        return _("Open page")
    return _("App") if client.startswith("token:") else _("Other program")
