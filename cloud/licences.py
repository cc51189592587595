"""Licences as JSON Web Tokens signed with Ed25519 (RFC 7519, RFC 8037): making keys, signing, reading.

A licence's claims: `sub` the unique id of the workspace that it is for, `plan`, `modules`, `limit` (pushes a month,
null: unlimited), `nbf` and `exp` its validity, `iss` the cloud's address, `jti` its id.
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
    """The text is no licence, or not one that the cloud signed."""


@dataclass(frozen=True, slots=True)
class Licence:
    """What a licence says."""

    id: str
    unique_id: str
    plan: str
    modules: tuple[str, ...]
    limit: int | None
    begins_at: datetime
    ends_at: datetime
    issuer: str


def key_pair_new() -> tuple[str, str]:
    """Return a new private and public key, each as base64url of its 32 bytes."""
    private = Ed25519PrivateKey.generate()
    return key_text(private.private_bytes_raw()), key_text(
        private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    )


def key_text(raw: bytes) -> str:
    """Return a key's bytes as text."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def key_bytes(text: str) -> bytes:
    """Return the bytes of a key's text; raises ValueError for what is none."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def licence_sign(licence: Licence, *, private_key: str, key_id: str) -> str:
    """Return the licence as text, signed."""
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
    """Return what a licence says, whether or not it holds at present; raises InvalidLicenceError."""
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
    """Return the licence that the claims make; raises ValueError or TypeError where they make none."""
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
