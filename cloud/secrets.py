"""Secrets that one end makes and only the other keeps in readable form."""

from __future__ import annotations

import hashlib
import hmac
import secrets

SECRET_BYTES = 32


def secret_new() -> str:
    """Return 256 fresh random bits as text."""
    return secrets.token_urlsafe(SECRET_BYTES)


def secret_digest(secret: str) -> str:
    """Return what a secret is stored and looked up by.

    A plain hash suffices: the secret is 256 random bits, so there is nothing to guess from its digest.
    """
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def secret_matches(secret: str, digest: str) -> bool:
    """Return whether it is the secret that the digest was made of, in a time that tells nothing; never for none."""
    return bool(digest) and hmac.compare_digest(secret_digest(secret), digest)
