"""Licences: JSON Web Tokens signed with Ed25519 (RFC 7519, RFC 8037). Generates keys, signs and reads licences.

Claims of a licence: `sub` is the unique id of the workspace, `plan`, `modules`, `limit` (pushes per month, null for
unlimited), `nbf` and `exp` (validity), `iss` (the cloud's address) and `jti` (the licence's id).
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ALGORITHM = "EdDSA"
TYPE = "callboard-licence"
CLAIMS = ["sub", "exp", "nbf", "plan", "jti"]


class InvalidLicenceError(Exception):
    """The text is not a licence, or the cloud did not sign it."""


@dataclass(frozen=True, slots=True)
class Licence:
    """The contents of a licence."""

    id: str
    unique_id: str
    plan: str
    modules: tuple[str, ...]
    limit: int | None
    begins_at: datetime
    ends_at: datetime
    issuer: str


def key_pair_new() -> tuple[str, str]:
    """Generate a private and a public key, and return each as base64url of its 32 bytes."""
    private = Ed25519PrivateKey.generate()
    return key_text(private.private_bytes_raw()), key_text(
        private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    )


def key_text(raw: bytes) -> str:
    """Return a key as base64url without padding."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def key_bytes(text: str) -> bytes:
    """Return the bytes of a key written as base64url; raises ValueError if the text is not base64url."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def licence_sign(licence: Licence, *, private_key: str, key_id: str) -> str:
    """Sign the licence and return it as a JSON Web Token."""
    claims = {
        "jti": licence.id,
        "iss": licence.issuer,
        "sub": licence.unique_id,
        "plan": licence.plan,
        "modules": list(licence.modules),
        "limit": licence.limit,
        "nbf": int(licence.begins_at.timestamp()),
        "exp": int(licence.ends_at.timestamp()),
    }
    key = Ed25519PrivateKey.from_private_bytes(key_bytes(private_key))
    return jwt.encode(claims, key, algorithm=ALGORITHM, headers={"kid": key_id, "typ": TYPE})


def licence_read(token: str, *, public_key: str) -> Licence:
    """Verify the signature and return the licence, even if it has expired or is not valid yet.

    Raises InvalidLicenceError.
    """
    try:
        key = Ed25519PublicKey.from_public_bytes(key_bytes(public_key))
        claims = jwt.decode(
            token,
            key,
            algorithms=[ALGORITHM],
            options={"require": CLAIMS, "verify_exp": False, "verify_nbf": False, "verify_iat": False},
        )
        if jwt.get_unverified_header(token).get("typ") != TYPE:
            raise InvalidLicenceError
        return licence_from_claims(claims)
    except (jwt.InvalidTokenError, ValueError, TypeError, OverflowError, UnsupportedAlgorithm) as error:
        raise InvalidLicenceError from error


def licence_from_claims(claims: dict[str, Any]) -> Licence:
    """Return the licence with these claims; raises ValueError or TypeError if a claim is malformed."""
    limit = claims.get("limit")
    return Licence(
        id=str(claims["jti"]),
        unique_id=str(claims["sub"]),
        plan=str(claims["plan"]),
        modules=tuple(str(name) for name in claims.get("modules") or ()),
        limit=None if limit is None else int(limit),
        begins_at=datetime.fromtimestamp(int(claims["nbf"]), UTC),
        ends_at=datetime.fromtimestamp(int(claims["exp"]), UTC),
        issuer=str(claims.get("iss", "")),
    )
