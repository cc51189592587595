"""Signatures of outgoing webhooks.

Source: Standard Webhooks, "Signature scheme" (https://github.com/standard-webhooks/standard-webhooks).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable

PREFIX = "whsec_"
SECRET_BYTES = 32


def secret_new() -> str:
    """Return a new secret in the form in which it is given to receivers."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def signature_header(event_id: str, timestamp: int, body: bytes, *, secrets: Iterable[str]) -> str:
    """Return the header `webhook-signature`: one signature for each secret."""
    signed = f"{event_id}.{timestamp}.".encode() + body
    return " ".join(f"v1,{signature(signed, secret)}" for secret in secrets)


def signature(signed: bytes, secret: str) -> str:
    """Return the HMAC-SHA256 of what is signed, in base64."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
