"""Certificates and private keys in PEM format."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from cryptography.x509.oid import NameOID
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
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
            _("This is not a certificate in PEM format. It must begin with “-----BEGIN CERTIFICATE-----”.")
        )
    try:
        return Certificate(x509.load_pem_x509_certificate(pem.encode()))
    except ValueError as error:
        raise ValidationError(_("The certificate is damaged; copy the whole file again.")) from error


# OpenSSL validates an RSA key when it reads it, which takes 40 ms each time.
@lru_cache(maxsize=100)
def private_key_read(pem: str, passphrase: str = "") -> PrivateKeyTypes:
    """Return the private key in the PEM text; a passphrase that the key does not need is not used.

    Raises ValidationError for another format, a missing and a wrong passphrase.
    """
    if "PRIVATE KEY-----" not in pem:
        raise ValidationError(
            _("This is not a private key in PEM format. It must contain a line “-----BEGIN … PRIVATE KEY-----”.")
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


def certificate_validate(pem: str) -> None:
    """Refuse what is no certificate, or one that has expired."""
    certificate = certificate_read(pem)
    if certificate.expired:
        raise ValidationError(
            _("The certificate expired on %(day)s."), params={"day": date_format(certificate.expires_at)}
        )


def certificate_describe(pem: str) -> str:
    """Return what a stored certificate is for, its fingerprint and when it expires."""
    try:
        certificate = certificate_read(pem)
    except ValidationError as error:
        return " ".join(error.messages)
    left = (certificate.expires_at - timezone.now()).days
    values = {
        "name": certificate.name or gettext("unnamed"),
        "fingerprint": certificate.fingerprint,
        "day": date_format(certificate.expires_at),
        "left": left,
    }
    if left < 0:
        return gettext("%(name)s, fingerprint %(fingerprint)s, EXPIRED on %(day)s") % values
    return gettext("%(name)s, fingerprint %(fingerprint)s, expires on %(day)s (in %(left)d days)") % values
