"""Random secrets. The end that issues one stores only its digest."""

from __future__ import annotations

import hashlib
import hmac
import secrets

SECRET_BYTES = 32


def secret_new() -> str:
    """Return a new secret: 256 random bits as text."""
    return secrets.token_urlsafe(SECRET_BYTES)


def secret_digest(secret: str) -> str:
    """Return the digest under which a secret is stored and looked up.

    A plain hash is enough: the secret has 256 random bits, so it cannot be guessed from its digest.
    """
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def secret_matches(secret: str, digest: str) -> bool:
    """Return True if the digest is that of the secret, comparing in constant time. An empty digest never matches."""
    return bool(digest) and hmac.compare_digest(secret_digest(secret), digest)
