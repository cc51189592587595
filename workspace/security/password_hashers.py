"""Password hashing that allows clients to send the digest of a password instead, as Rocket.Chat's do."""

from __future__ import annotations

import hashlib
from typing import Any

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class PasswordDigest(str):
    """The SHA-256 digest of a password (64 lower-case hexadecimal digits), sent instead of the password."""

    __slots__ = ()

    @classmethod
    def of(cls, password: str) -> PasswordDigest:
        """Return the digest of a password; a digest is returned unchanged."""
        return password if isinstance(password, cls) else cls(hashlib.sha256(password.encode()).hexdigest())


class DigestPBKDF2PasswordHasher(PBKDF2PasswordHasher):
    """Stores PBKDF2 of a password's SHA-256 digest. It is slow to guess, and verifies a password as well as its digest.

    A password stored by Django's own hasher is rehashed when the user next signs in with it. Before that, its digest is
    not accepted.
    """

    algorithm = "pbkdf2_sha256_digest"
    # One hash takes 150 to 300 ms of processor time on a small server (measured: 185 ms). That is expensive to guess, a
    # third more than OWASP's minimum of 600,000 for PBKDF2 with SHA-256, and still fast enough that a sign-in feels
    # immediate and a burst of them does not block the web process. Stored hashes with another number are replaced when
    # their users next sign in.
    iterations = 800_000

    def encode(self, password: str, salt: Any, iterations: int | None = None) -> str:
        """Return the stored form of a password or of its digest."""
        return super().encode(PasswordDigest.of(password), salt, iterations)
