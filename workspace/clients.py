"""Names of a user's clients. They contain the sign-in of the client, so that signing out also ends its presence."""

from __future__ import annotations

from django.utils.crypto import salted_hmac
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

NAME_LENGTH = 24
# How the names of open pages begin.
PAGES = "page:"


def token_client_name(digest: str) -> str:
    """Return the name of a client that uses an API token, from the digest of the token."""
    return f"token:{digest[:NAME_LENGTH]}"


def socket_client_name(digest: str, session: str) -> str:
    """Return the name of a web socket, from the digest of the API token and the id of its session."""
    return f"{token_client_name(digest)}:{session}"


def session_client_prefix(session_key: str) -> str:
    """Return the common prefix of the names of all pages in a browser session. It does not reveal the session key."""
    digest = salted_hmac("workspace.clients", session_key).hexdigest()
    return f"{PAGES}{digest[:NAME_LENGTH]}:"


def page_client_name(session_key: str, page: str) -> str:
    """Return the name of an open page, from the key of its browser session and the id that the page chose."""
    return session_client_prefix(session_key) + page


def client_kind(client: str) -> str | Promise:
    """Return the kind of a client, as shown to people."""
    if client.startswith(PAGES):
        return _("Open page")
    return _("App") if client.startswith("token:") else _("Other program")
