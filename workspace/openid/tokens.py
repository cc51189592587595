"""Verifying the ID token of a provider (OpenID Connect Core 1.0, 3.1.3.7)."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from typing import Any

import jwt

from workspace.openid.problems import ExternalSignInError, Problem

# Signatures with a public key only. `none` and shared secrets are refused.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
REQUIRED = ["iss", "sub", "aud", "exp", "iat"]
# Clocks may differ by this much (seconds).
LEEWAY = 60


def id_token_verify(token: str, *, keys: Mapping[str, Any], issuer: str, client_id: str, nonce: str) -> dict[str, Any]:
    """Return the claims of the token; raises ExternalSignInError unless all of it is as it must be."""
    try:
        key = _key_for(token, keys)
        claims: dict[str, Any] = jwt.decode(
            token,
            key=key,
            algorithms=ALGORITHMS,
            issuer=issuer,
            audience=client_id,
            leeway=LEEWAY,
            options={"require": REQUIRED},
        )
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise ExternalSignInError(Problem.NOT_PROVEN, f"ID token: {type(error).__name__}") from None
    if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
        raise ExternalSignInError(Problem.NOT_PROVEN, "ID token: another nonce")
    audience = claims["aud"]
    is_shared = isinstance(audience, list) and len(audience) > 1
    if (is_shared or "azp" in claims) and claims.get("azp") != client_id:
        raise ExternalSignInError(Problem.NOT_PROVEN, "ID token: issued to another client")
    return claims


def _key_for(token: str, keys: Mapping[str, Any]) -> jwt.PyJWK:
    """Return the key that signed the token: the one it names, or else the only one of its algorithm."""
    header = jwt.get_unverified_header(token)
    algorithm, key_id = header.get("alg"), header.get("kid")
    if algorithm not in ALGORITHMS:
        raise jwt.InvalidAlgorithmError
    usable: Sequence[jwt.PyJWK] = [
        key for key in jwt.PyJWKSet.from_dict(dict(keys)).keys if key.public_key_use in (None, "sig")
    ]
    named = [key for key in usable if key.key_id == key_id] if key_id else list(usable)
    matching = [key for key in named if key.algorithm_name == algorithm]
    if len(matching) != 1:
        raise jwt.InvalidKeyError
    return matching[0]
