"""How a workspace or an app authenticates with Apple, and validation of its certificates and keys."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from push.providers.fingerprints import digest
from push.providers.pem import certificate_read, key_matches, private_key_read

apple_id_validator = RegexValidator(r"\A[A-Z0-9]{10}\Z", _("Apple's ids are 10 capital letters and digits."))


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
        """Return an identifier of these credentials that does not reveal them."""
        return f"{digest(repr(self.production), *parts_of(self.method))}"


def parts_of(method: AppleTokenKey | AppleCertificate) -> tuple[str, ...]:
    """Return the texts that credentials consist of."""
    if isinstance(method, AppleTokenKey):
        return method.key, method.key_id, method.team_id
    return method.certificate, method.key, method.passphrase


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


def token_key_validate(pem: str) -> None:
    """Refuse what is no token key."""
    token_key_read(pem)


def certificate_pair_validate(group: Model, prefix: str, changed: Collection[str]) -> dict[str, Any]:
    """Return what is wrong, by field, with the certificate, key and passphrase whose fields begin with `prefix`."""
    names = {part: f"{prefix}_{part}" for part in ("cert", "key", "passphrase")}
    certificate, key_pem, passphrase = (getattr(group, name) for name in names.values())
    if not key_pem or not set(names.values()) & set(changed):
        return {}
    try:
        key = private_key_read(key_pem, passphrase)
    except ValidationError as error:
        wrong_passphrase = names["passphrase"] in changed and passphrase and names["key"] not in changed
        return {names["passphrase" if wrong_passphrase else "key"]: error}
    if certificate and not key_matches(key, certificate_read(certificate)):
        message = _("The key does not belong to the certificate. To replace both, save them together.")
        return {names["key" if names["key"] in changed else "cert"]: ValidationError(message)}
    return {}
