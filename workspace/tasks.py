"""The worker's entry points for accounts. Tasks in the broker name these functions."""

from __future__ import annotations

from workspace.database.side_thread import on_side_thread
from workspace.services.account_mails import email_code_mail_send, reset_mails_send, verification_mail_send
from workspace.services.people.erasure import erasures_continue
from workspace.services.privacy.exports import exports_make
from workspace.waking import erasures_later


@on_side_thread
def reset_mails(address: str) -> None:
    """Send a password-reset link to the accounts that have verified the address."""
    reset_mails_send(address=address)


@on_side_thread
def verification_mail(email_pk: int) -> None:
    """Send the link that verifies an address."""
    verification_mail_send(email_pk=email_pk)


@on_side_thread
def email_code_mail(code_pk: int) -> None:
    """Generate a code that was requested as second factor, and send it."""
    email_code_mail_send(code_pk=code_pk)


def erasures() -> None:
    """Erase some of the messages of deleted accounts."""
    if not erasures_continue():
        erasures_later()


@on_side_thread
def data_exports() -> None:
    """Make the exports of people's data that were requested."""
    exports_make()
