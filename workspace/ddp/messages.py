"""The messages of DDP that clients send, and the reasons for which the server closes a socket."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from workspace.api.methods.ejson import ejson_parse

# The versions of DDP that are spoken, the best one first.
VERSIONS = ("1", "pre2", "pre1")
# The error of the original for a stream that the user may not hear.
NOT_ALLOWED = "not-allowed"


class Close:
    """The codes with which sockets are closed (RFC 6455, 7.4; from 4000 on, the codes of Rocket.Chat)."""

    NORMAL = 1000
    PROTOCOL = 1002
    UNSUPPORTED = 1003
    POLICY = 1008
    TOO_BIG = 1009
    ERROR = 1011
    RESTART = 1012
    TIMEOUT = 4000


def message_of(text: str) -> dict[str, Any] | None:
    """Return the DDP message in a text; None if it is not an object in EJSON."""
    try:
        message = ejson_parse(text)
    except ValueError:
        return None
    return message if isinstance(message, dict) else None


def malformation(message: dict[str, Any]) -> str:
    """Return the reason to reject a message whose fields have wrong types, in Meteor's words; empty if it is valid."""
    kind = message["msg"]
    names = {"method": ("id", "method"), "sub": ("id", "name"), "unsub": ("id",)}[kind]
    is_valid = all(isinstance(message.get(name), str) for name in names)
    if is_valid and isinstance(message.get("params", []), list) and isinstance(message.get("randomSeed", ""), str):
        return ""
    return {"method": "Malformed method invocation", "sub": "Malformed subscription", "unsub": "Bad request"}[kind]


def version_for(supported: Any) -> str:
    """Return the version to speak with a client that supports these: its first one that is known, else the best."""
    versions: Sequence[Any] = supported if isinstance(supported, list) else ()
    return next((version for version in versions if version in VERSIONS), VERSIONS[0])
