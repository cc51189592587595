"""E-mails to the owner of an account when its second factors or passkeys have changed."""

from __future__ import annotations

from enum import StrEnum

from workspace.models import MailKind, User
from workspace.services.people.requested_mails import mail_request


class SecurityChange(StrEnum):
    """What has changed. The value is part of the reference of the requested e-mail."""

    APP_ADDED = "app-added"
    APP_REMOVED = "app-removed"
    CODES_REPLACED = "codes-replaced"
    EMAIL_CODES_ON = "email-codes-on"
    EMAIL_CODES_OFF = "email-codes-off"
    PASSKEY_ADDED = "passkey-added"
    PASSKEY_REMOVED = "passkey-removed"
    RESET = "reset"


def security_notice(*, user: User, change: SecurityChange) -> None:
    """Let the worker inform the account's owner, if the account has a verified address."""
    if user.emails.filter(verified=True).exists():
        mail_request(kind=MailKind.SECURITY, reference=f"{change}:{user.pk}")
