"""Test keys, certificates and accounts, in the formats of Apple and Google."""

from __future__ import annotations

import json
import ssl
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LOOPBACK = ("127.0.0.1", "::1")


def pem_of(key: CertificateIssuerPrivateKeyTypes, passphrase: str = "") -> str:
    """Return the private key as PEM, encrypted if there is a passphrase."""
    encryption = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption).decode()


@dataclass(frozen=True)
class Issued:
    """A certificate and its key, as PEM."""

    certificate: str
    key: str

    def server_context(self) -> ssl.SSLContext:
        """Return the TLS context of a server."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.TemporaryDirectory() as folder:
            pem = Path(folder) / "server.pem"
            pem.write_text(self.certificate + self.key)
            context.load_cert_chain(pem)
        return context


class Authority:
    """A certificate authority. It is new unless `certificate` and `key` of an earlier one are given."""

    def __init__(self, certificate: str = "", key: str = "") -> None:
        if certificate:
            self._certificate = x509.load_pem_x509_certificate(certificate.encode())
            self._key = _key_load(key)
        else:
            self._key = ec.generate_private_key(ec.SECP256R1())
            self._certificate = self._self_sign()

    @property
    def pem(self) -> str:
        return self._certificate.public_bytes(Encoding.PEM).decode()

    @property
    def key_pem(self) -> str:
        return pem_of(self._key)

    def server(self) -> Issued:
        """Return a certificate for servers on localhost."""
        names: list[x509.GeneralName] = [x509.IPAddress(ip_address(address)) for address in LOOPBACK]
        names.append(x509.DNSName("localhost"))
        return self._issue("fake providers", ExtendedKeyUsageOID.SERVER_AUTH, names)

    def push_certificate(self, topic: str, *, passphrase: str = "", days: int = 365) -> Issued:
        """Return a certificate like one that Apple issues for the app `topic`; the passphrase decrypts its key."""
        return self._issue(
            f"Apple Push Services: {topic}", ExtendedKeyUsageOID.CLIENT_AUTH, [], passphrase=passphrase, days=days
        )

    def _issue(
        self,
        name: str,
        usage: x509.ObjectIdentifier,
        names: list[x509.GeneralName],
        *,
        passphrase: str = "",
        days: int = 365,
    ) -> Issued:
        key = ec.generate_private_key(ec.SECP256R1())
        builder = self._builder(name, key.public_key(), days=days).issuer_name(self._certificate.subject)
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        certificate = builder.sign(self._key, hashes.SHA256())
        return Issued(certificate.public_bytes(Encoding.PEM).decode(), pem_of(key, passphrase))

    def _self_sign(self) -> x509.Certificate:
        builder = self._builder("Callboard fake providers' authority", self._key.public_key(), days=3650)
        builder = builder.issuer_name(_name("Callboard fake providers' authority"))
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        return builder.sign(self._key, hashes.SHA256())

    def _builder(self, name: str, public_key: ec.EllipticCurvePublicKey, *, days: int) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(_name(name))
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=3650))
            .not_valid_after(now + timedelta(days=days))
        )


@dataclass(frozen=True)
class TokenKey:
    """A .p8 token key with its ids."""

    key: str
    key_id: str
    team_id: str


def token_key_make(key_id: str = "KEYCALLBRD", team_id: str = "TEAMCALLBD") -> TokenKey:
    """Return a new token key."""
    return TokenKey(pem_of(ec.generate_private_key(ec.SECP256R1())), key_id, team_id)


def service_account_make(
    project: str = "callboard-fake", token_url: str = "https://oauth2.googleapis.com/token"
) -> str:
    """Return the JSON of a new service account, with all fields of one from Google's console."""
    email = f"pusher@{project}.iam.gserviceaccount.com"
    return json.dumps(
        {
            "type": "service_account",
            "project_id": project,
            "private_key_id": "0123456789abcdef0123456789abcdef01234567",
            "private_key": pem_of(rsa.generate_private_key(public_exponent=65537, key_size=2048)),
            "client_email": email,
            "client_id": "100000000000000000000",
            "auth_uri": "https://accounts.google.com/o/oauth2/auth",
            "token_uri": "https://oauth2.googleapis.com/token",
            "universe_domain": "googleapis.com",
        },
        indent=2,
    )


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _key_load(pem: str) -> ec.EllipticCurvePrivateKey:
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    key = load_pem_private_key(pem.encode(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key
