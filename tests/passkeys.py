"""A passkey in software: what an authenticator and the browser's script send for the options of the site."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

HOST, ORIGIN = "localhost", "http://localhost"
FLAG = AuthenticatorData.FLAG


@dataclass
class SoftPasskey:
    """A passkey. If not `verifies_user`, the device does not ask for a finger, face or PIN."""

    verifies_user: bool = True
    origin: str = ORIGIN
    user_handle: str = ""
    id: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    key: Any = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def flags(self) -> FLAG:
        return FLAG.UP | (FLAG.UV if self.verifies_user else FLAG(0))

    def client_data(self, kind: str, challenge: str) -> CollectedClientData:
        return CollectedClientData.create(type=kind, challenge=challenge, origin=self.origin)

    def created(self, options: dict[str, Any]) -> dict[str, Any]:
        """Return the response to the options for a new passkey."""
        public = options["publicKey"]
        self.user_handle = public["user"]["id"]
        credential = AttestedCredentialData.create(
            b"\0" * 16, self.id, ES256.from_cryptography_key(self.key.public_key())
        )
        data = AuthenticatorData.create(sha256(HOST.encode()).digest(), self.flags() | FLAG.AT, 0, bytes(credential))
        return self.envelope(
            clientDataJSON=websafe_encode(bytes(self.client_data("webauthn.create", public["challenge"]))),
            attestationObject=websafe_encode(bytes(AttestationObject.create("none", data, {}))),
        )

    def answered(self, options: dict[str, Any]) -> dict[str, Any]:
        """Return the response to the options for signing in."""
        data = AuthenticatorData.create(sha256(HOST.encode()).digest(), self.flags(), 1)
        client_data = bytes(self.client_data("webauthn.get", options["publicKey"]["challenge"]))
        signed = bytes(data) + sha256(client_data).digest()
        return self.envelope(
            clientDataJSON=websafe_encode(client_data),
            authenticatorData=websafe_encode(bytes(data)),
            signature=websafe_encode(self.key.sign(signed, ec.ECDSA(hashes.SHA256()))),
            userHandle=self.user_handle,
        )

    def envelope(self, **response: str) -> dict[str, Any]:
        name = websafe_encode(self.id)
        return {
            "type": "public-key",
            "id": name,
            "rawId": name,
            "response": response,
            "clientExtensionResults": {"credProps": {"rk": True}},
        }

    def add(self, client: Client, *, name: str = "Phone") -> Any:
        """Add the passkey to the account that the client is signed in to, and return the page that follows."""
        options = client.post("/account/security/passkeys/options/").json()
        response = json.dumps(self.created(options))
        return client.post("/account/security/passkeys/", {"name": name, "response": response}, follow=True)

    def sign_in(self, client: Client, **fields: str) -> Any:
        """Sign the client in with the passkey, and return the response."""
        options = client.post("/sign-in/passkey/options/").json()
        return client.post("/sign-in/passkey/", {"response": json.dumps(self.answered(options)), **fields})


def local_client() -> Client:
    """Return a client of the site under the host to which the passkeys belong."""
    return Client(SERVER_NAME=HOST)
