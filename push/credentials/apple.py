"""Certificates, their keys, and token keys, as Apple's developer site hands them out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from cryptography.x509.oid import NameOID
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Certificate:
    """What admins want to know of a certificate."""

    parsed: x509.Certificate

    @property
    def name(self) -> str:
        """Return the common name, in which Apple writes the app's bundle id."""
        names = self.parsed.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        return str(names[0].value) if names else ""

    @property
    def expires_at(self) -> datetime:
        return self.parsed.not_valid_after_utc

    @property
    def expired(self) -> bool:
        return self.expires_at <= timezone.now()

    @property
    def fingerprint(self) -> str:
        """Return the first eight bytes of the SHA-256 fingerprint."""
        return self.parsed.fingerprint(hashes.SHA256())[:8].hex(":")


def certificate_read(pem: str) -> Certificate:
    """Return the first certificate in the PEM text; raises ValidationError when there is none."""
    if "-----BEGIN CERTIFICATE-----" not in pem:
        raise ValidationError(
            _("This is no certificate in PEM format: it must begin with “-----BEGIN CERTIFICATE-----”.")
        )
    try:
        return Certificate(x509.load_pem_x509_certificate(pem.encode()))
    except ValueError as error:
        raise ValidationError(_("The certificate is damaged; copy the whole file again.")) from error


def private_key_read(pem: str, passphrase: str = "") -> PrivateKeyTypes:
    """Return the private key in the PEM text; a passphrase that the key does not need is not used.

    Raises ValidationError for another format, a missing and a wrong passphrase.
    """
    if "PRIVATE KEY-----" not in pem:
        raise ValidationError(
            _("This is no private key in PEM format: it must hold a line “-----BEGIN … PRIVATE KEY-----”.")
        )
    try:
        return load_pem_private_key(pem.encode(), password=None)
    except TypeError as error:
        if not passphrase:
            raise ValidationError(_("The key is encrypted: enter its passphrase too.")) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ValidationError(_("The private key is damaged; copy the whole file again.")) from error
    try:
        return load_pem_private_key(pem.encode(), password=passphrase.encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ValidationError(_("The passphrase does not open the key.")) from error


def key_matches(key: PrivateKeyTypes, certificate: Certificate) -> bool:
    """Return whether the certificate was issued for the key."""
    spki = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return key.public_key().public_bytes(*spki) == certificate.parsed.public_key().public_bytes(*spki)


def token_key_read(pem: str) -> ec.EllipticCurvePrivateKey:
    """Return the token key in the text of a .p8 file: an elliptic curve key (P-256), which signs with ES256.

    Apple: "Establishing a token-based connection to APNs". Raises ValidationError for anything else.
    """
    key = private_key_read(pem)
    if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1):
        return key
    if isinstance(key, rsa.RSAPrivateKey):
        raise ValidationError(
            _("This is an RSA key, as certificates have; a token key from a .p8 file is an elliptic curve key (P-256).")
        )
    raise ValidationError(_("A token key is an elliptic curve key (P-256); this one is of another type."))
