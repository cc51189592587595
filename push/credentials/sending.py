"""What a transport authenticates with: values without the settings or routes that they come from."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class AppleTokenKey:
    """A .p8 token key (PEM) with its key id and the team's id."""

    key: str = field(repr=False)
    key_id: str
    team_id: str


@dataclass(frozen=True, slots=True)
class AppleCertificate:
    """A push certificate with its private key (both PEM) and the passphrase that opens the key."""

    certificate: str = field(repr=False)
    key: str = field(repr=False)
    passphrase: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class AppleCredentials:
    """How to authenticate with Apple, and whether with its production service or the one for development."""

    method: AppleTokenKey | AppleCertificate
    production: bool = True

    @property
    def name(self) -> str:
        """Return what tells these credentials from others; it reveals nothing of them."""
        return f"{digest(repr(self.production), *parts_of(self.method))}"


@dataclass(frozen=True, slots=True)
class GoogleCredentials:
    """A service account's JSON, as Google's console hands it out."""

    service_account: str = field(repr=False)

    @property
    def name(self) -> str:
        """Return what tells these credentials from others; it reveals nothing of them."""
        return digest(self.service_account)


def parts_of(method: AppleTokenKey | AppleCertificate) -> tuple[str, ...]:
    """Return the texts that credentials consist of."""
    if isinstance(method, AppleTokenKey):
        return method.key, method.key_id, method.team_id
    return method.certificate, method.key, method.passphrase


def digest(*parts: str) -> str:
    """Return a short digest of the texts."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
