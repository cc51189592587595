"""The worker's entry points for accounts' e-mails. Tasks in the broker name these functions."""

from __future__ import annotations

from workspace.database.side_thread import on_side_thread
from workspace.services.account_mails import reset_mails_send, verification_mail_send


@on_side_thread
def reset_mails(address: str) -> None:
    """Send a password-reset link to the accounts that have verified the address."""
    reset_mails_send(address=address)


@on_side_thread
def verification_mail(email_pk: int) -> None:
    """Send the link that verifies an address."""
    verification_mail_send(email_pk=email_pk)
