"""Reading licences: only those signed by the cloud are accepted."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cloud.licences import (
    ALGORITHM,
    TYPE,
    InvalidLicenceError,
    Licence,
    key_bytes,
    key_pair_new,
    licence_read,
    licence_sign,
)
from tests.keys import ec_key, key_pem

PRIVATE, PUBLIC = key_pair_new()
LICENCE = Licence(
    id="l1",
    unique_id="u1",
    plan="premium",
    modules=("push-privacy",),
    limit=50_000,
    begins_at=datetime(2026, 5, 4, tzinfo=UTC),
    ends_at=datetime(2026, 6, 4, tzinfo=UTC),
    issuer="https://cloud.example",
)
CLAIMS: dict[str, Any] = {
    "jti": "l1",
    "sub": "u1",
    "plan": "premium",
    "modules": ["push-privacy"],
    "limit": None,
    "nbf": 1_777_852_800,
    "exp": 1_780_531_200,
}


def signed(claims: dict[str, Any] = CLAIMS, *, typ: str = TYPE, private: str = PRIVATE) -> str:
    key = Ed25519PrivateKey.from_private_bytes(key_bytes(private))
    return jwt.encode(claims, key, algorithm=ALGORITHM, headers={"typ": typ})


def part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def with_header(token: str, **header: Any) -> str:
    """Return the token with a changed header and the same signature."""
    _header, claims, signature = token.split(".")
    return f"{part({'typ': TYPE, 'alg': ALGORITHM, **header})}.{claims}.{signature}"


def test_a_signed_licence_can_be_read() -> None:
    assert licence_read(licence_sign(LICENCE, private_key=PRIVATE, key_id="k1"), public_key=PUBLIC) == LICENCE
    unlimited = replace(LICENCE, limit=None)
    assert licence_read(licence_sign(unlimited, private_key=PRIVATE, key_id="k1"), public_key=PUBLIC) == unlimited


FORGED = {
    "signed by another key": signed(private=key_pair_new()[0]),
    "not signed": f"{part({'typ': TYPE, 'alg': 'none'})}.{part(CLAIMS)}.",
    "the public key as a shared secret": jwt.encode(CLAIMS, PUBLIC, algorithm="HS256", headers={"typ": TYPE}),
    "the public key's bytes as a shared secret": jwt.encode(
        CLAIMS, key_bytes(PUBLIC), algorithm="HS256", headers={"typ": TYPE}
    ),
    "another kind of key": jwt.encode(CLAIMS, key_pem(ec_key()), algorithm="ES256", headers={"typ": TYPE}),
    "another header": with_header(signed(), kid="other"),
    "a key that it brings along": with_header(signed(), jwk={"kty": "OKP", "crv": "Ed25519", "x": PUBLIC}),
    "other claims": ".".join([signed().split(".")[0], part({**CLAIMS, "sub": "u2"}), signed().split(".")[2]]),
    "another kind of token": signed(typ="JWT"),
    "no text of three parts": "licence",
    "nothing": "",
}


@pytest.mark.parametrize("token", FORGED.values(), ids=FORGED.keys())
def test_a_licence_not_signed_by_the_cloud_is_refused(token: str) -> None:
    with pytest.raises(InvalidLicenceError):
        licence_read(token, public_key=PUBLIC)


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": None},
        {"exp": "tomorrow"},
        {"exp": 10**20},
        {"nbf": None},
        {"sub": None},
        {"jti": None},
        {"plan": None},
        {"limit": "many"},
        {"modules": 5},
    ],
)
def test_incomplete_or_malformed_claims_are_refused(changes: dict[str, Any]) -> None:
    claims = {name: value for name, value in {**CLAIMS, **changes}.items() if value is not None or name == "limit"}
    with pytest.raises(InvalidLicenceError):
        licence_read(signed(claims), public_key=PUBLIC)


@pytest.mark.parametrize("key", ["", "short", "!" * 43, "A" * 500])
def test_an_invalid_key_cannot_read_a_licence(key: str) -> None:
    with pytest.raises(InvalidLicenceError):
        licence_read(signed(), public_key=key)
