"""How passwords are stored: so that clients may also send a password's digest in its place, as the chat server's do."""

from __future__ import annotations

import hashlib
from typing import Any

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class PasswordDigest(str):
    """The SHA-256 digest of a password, as 64 lower-case hexadecimal digits, sent in place of the password."""

    __slots__ = ()

    @classmethod
    def of(cls, password: str) -> PasswordDigest:
        """Return the digest of a password; of a digest, itself."""
        return password if isinstance(password, cls) else cls(hashlib.sha256(password.encode()).hexdigest())


class DigestPBKDF2PasswordHasher(PBKDF2PasswordHasher):
    """Stores PBKDF2 of a password's SHA-256 digest, which is slow to guess from and can be verified from either.

    An account whose password was stored by Django's own hasher is moved to this one when its owner next signs in with
    the password; its digest is not accepted before that.
    """

    algorithm = "pbkdf2_sha256_digest"

    def encode(self, password: str, salt: Any, iterations: int | None = None) -> str:
        """Return what is stored for a password or its digest."""
        return super().encode(PasswordDigest.of(password), salt, iterations)
