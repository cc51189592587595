"""Reading Apple's certificates and keys."""

from __future__ import annotations

import pytest
import time_machine
from django.core.exceptions import ValidationError

from push.providers.apple.credentials import token_key_read
from push.providers.pem import (
    certificate_describe,
    certificate_read,
    certificate_validate,
    key_matches,
    private_key_read,
)
from tests.keys import certificate_pem, ec_key, key_pem, rsa_key


def test_a_certificate_tells_its_app_and_end() -> None:
    pem = certificate_pem(rsa_key(), days=30)
    certificate = certificate_read(pem)
    assert certificate.name == "Apple Push Services: chat.example"
    assert not certificate.expired
    described = certificate_describe(pem)
    assert "chat.example" in described
    assert "in 30 days" in described
    assert certificate.fingerprint in described


def test_an_expired_certificate_is_refused() -> None:
    pem = certificate_pem(rsa_key(), days=10)
    certificate_validate(pem)
    with time_machine.travel(certificate_read(pem).expires_at), pytest.raises(ValidationError, match="expired on"):
        certificate_validate(pem)


def test_a_stored_certificate_that_expired_says_so() -> None:
    assert "EXPIRED" in certificate_describe(certificate_pem(rsa_key(), days=-2))


@pytest.mark.parametrize(
    ("pem", "words"),
    [
        ("hello", "not a certificate in PEM format"),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "damaged"),
        ("-----BEGIN CERTIFICATE-----", "damaged"),
    ],
)
def test_what_is_no_certificate_is_refused_with_a_sentence(pem: str, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        certificate_read(pem)


@pytest.mark.parametrize(
    ("pem", "words"),
    [
        ("hello", "not a private key in PEM format"),
        ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "damaged"),
        (certificate_pem(rsa_key()), "not a private key in PEM format"),
    ],
)
def test_what_is_no_key_is_refused_with_a_sentence(pem: str, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        private_key_read(pem)


def test_an_encrypted_key_needs_its_passphrase() -> None:
    pem = key_pem(rsa_key(), "open sesame")
    with pytest.raises(ValidationError, match="enter its passphrase"):
        private_key_read(pem)
    with pytest.raises(ValidationError, match="does not open"):
        private_key_read(pem, "wrong")
    private_key_read(pem, "open sesame")


def test_a_passphrase_that_the_key_does_not_need_is_not_used() -> None:
    private_key_read(key_pem(rsa_key()), "superfluous")


def test_a_key_matches_its_own_certificate_only() -> None:
    certificate = certificate_read(certificate_pem(rsa_key()))
    assert key_matches(rsa_key(), certificate)
    assert not key_matches(rsa_key("other"), certificate)
    assert not key_matches(ec_key(), certificate)


def test_a_token_key_is_an_elliptic_curve_key() -> None:
    token_key_read(key_pem(ec_key()))
    with pytest.raises(ValidationError, match="RSA key"):
        token_key_read(key_pem(rsa_key()))
    with pytest.raises(ValidationError, match="P-256"):
        token_key_read(key_pem(ec_key("SECP384R1")))
