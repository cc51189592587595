"""Tokens for password-reset links, each bound to the e-mail address that it was sent to."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.tokens import PasswordResetTokenGenerator

from workspace.models import EmailAddress


class ResetTokens(PasswordResetTokenGenerator):
    """Generates tokens for addresses instead of accounts. Removing or unverifying the address invalidates its token."""

    key_salt = "workspace.services.reset_tokens"

    def make_token(self, user: Any) -> str:
        """Return a token for a verified address, which is passed in place of the user."""
        assert isinstance(user, EmailAddress)
        return super().make_token(user)  # type: ignore[arg-type]

    def check_token(self, user: Any, token: str | None) -> bool:
        """Return True if the token was generated for one of the account's verified addresses."""
        if user is None or not token:
            return False
        verified = user.emails.filter(verified=True).select_related("user")
        return any(super(ResetTokens, self).check_token(email, token) for email in verified)

    def _make_hash_value(self, user: Any, timestamp: int) -> str:
        return f"{super()._make_hash_value(user.user, timestamp)}{user.pk}{user.address}"


reset_tokens = ResetTokens()
