"""The tokens of links for a new password, each bound to the address that it was sent to."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.tokens import PasswordResetTokenGenerator

from workspace.models import EmailAddress


class ResetTokens(PasswordResetTokenGenerator):
    """Makes tokens for addresses, not accounts: a token ends when its address is removed or no longer verified."""

    key_salt = "workspace.services.reset_tokens"

    def make_token(self, user: Any) -> str:
        """Return a token for the account of a verified address, which stands in the place of the user."""
        assert isinstance(user, EmailAddress)
        return super().make_token(user)  # type: ignore[arg-type]

    def check_token(self, user: Any, token: str | None) -> bool:
        """Return True if the token was made for one of the addresses that the account has verified."""
        if user is None or not token:
            return False
        verified = user.emails.filter(verified=True).select_related("user")
        return any(super(ResetTokens, self).check_token(email, token) for email in verified)

    def _make_hash_value(self, user: Any, timestamp: int) -> str:
        return f"{super()._make_hash_value(user.user, timestamp)}{user.pk}{user.address}"


reset_tokens = ResetTokens()
