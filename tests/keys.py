"""Certificates and keys in the formats of Apple and Google, generated for each run."""

from __future__ import annotations

import json
from datetime import timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID
from django.utils import timezone


@cache
def rsa_key(name: str = "") -> rsa.RSAPrivateKey:
    """Return the key with this name. The names only distinguish keys."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def ec_key(curve: str = "SECP256R1") -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(getattr(ec, curve)())


def key_pem(key: Any, passphrase: str = "") -> str:
    encryption = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption).decode()


def certificate_pem(key: Any, *, days: int = 365, name: str = "Apple Push Services: chat.example") -> str:
    """Return a certificate for the key that expires in this many days."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    end = timezone.now() + timedelta(days=days, minutes=5)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(end - timedelta(days=400))
        .not_valid_after(end)
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(Encoding.PEM).decode()


def service_account_json(**changes: Any) -> str:
    """Return the file of a service account; fields given as None are omitted."""
    content = {
        "type": "service_account",
        "project_id": "example-project",
        "private_key_id": "0123456789abcdef",
        "private_key": key_pem(rsa_key("google")),
        "client_email": "push@example-project.iam.gserviceaccount.com",
        **changes,
    }
    return json.dumps({name: value for name, value in content.items() if value is not None})
