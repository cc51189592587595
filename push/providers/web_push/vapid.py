"""How this workspace identifies itself to push services of browsers (RFC 8292)."""

from __future__ import annotations

import base64
import time
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

# A token may hold for a day at most (RFC 8292, 2); it is used for half of that, and a push service's clock may be off.
VALID_SECONDS = 12 * 3600
USED_SECONDS = 6 * 3600


@dataclass(frozen=True, slots=True)
class VapidIdentity:
    """The workspace's keys (public: base64url of the point; private: PEM) and the contact for push services."""

    public_key: str
    private_key: str = field(repr=False)
    subject: str


def vapid_keys_new() -> tuple[str, str]:
    """Return a new pair: the public key in base64url, as browsers get it, and the private key as PEM."""
    private = ec.generate_private_key(ec.SECP256R1())
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return base64url(private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)), pem


def vapid_authorization(identity: VapidIdentity, endpoint: str) -> str:
    """Return the `Authorization` header for a request to the endpoint; one token serves all of its origin."""
    parts = urlsplit(endpoint)
    token = vapid_token(identity, f"{parts.scheme}://{parts.netloc}", int(time.time()) // USED_SECONDS)
    return f"vapid t={token}, k={identity.public_key}"


@lru_cache(maxsize=256)
def vapid_token(identity: VapidIdentity, audience: str, period: int) -> str:
    """Return the token for the push service at the origin `audience`, in the period of that number."""
    claims = {"aud": audience, "exp": period * USED_SECONDS + VALID_SECONDS, "sub": identity.subject}
    return jwt.encode(claims, identity.private_key, algorithm="ES256")


def base64url(data: bytes) -> str:
    """Return the bytes in base64url without padding, as everything in web push is written."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def base64url_decode(text: str) -> bytes:
    """Return the bytes that the text, with or without padding, stands for; raises ValueError for any other text."""
    bare = text.rstrip("=").replace("+", "-").replace("/", "_")
    return base64.b64decode(bare + "=" * (-len(bare) % 4), altchars=b"-_", validate=True)
