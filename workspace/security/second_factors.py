"""How django-allauth stores and names second factors here (`MFA_ADAPTER`)."""

from __future__ import annotations

from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.totp.internal.auth import generate_totp_secret

from workspace.models import GeneralSettings
from workspace.security.encryption import text_decrypt, text_encrypt


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Encrypts secrets in the database, and shows the workspace's name in authenticator apps and passkeys."""

    def get_totp_issuer(self) -> str:
        return GeneralSettings.current().site_name

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Return the site to which passkeys belong: they work on this host only."""
        return {"id": context.request.get_host().partition(":")[0], "name": GeneralSettings.current().site_name}

    def encrypt(self, text: str) -> str:
        return text_encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        # Codes of an empty secret could be calculated by anyone. No code matches a new random one.
        return text_decrypt(encrypted_text, name="A second factor") or generate_totp_secret()
