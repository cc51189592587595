"""The worker's entry points for accounts' e-mails; one that is lost is asked for again by whoever waits for it."""

from __future__ import annotations

from django.db import transaction
from django_q.tasks import async_task


def reset_mails_later(*, address: str) -> None:
    """Let the worker send the link for a new password to an address, whether an account has it or not."""
    transaction.on_commit(lambda: async_task("workspace.tasks.reset_mails", address))


def reset_mails(address: str) -> None:
    """Send the link for a new password to the accounts that have verified the address."""
    from workspace.services.account_mails import reset_mails_send

    reset_mails_send(address=address)


def verification_mail_later(*, email_pk: int) -> None:
    """Let the worker send the link that verifies an address."""
    transaction.on_commit(lambda: async_task("workspace.tasks.verification_mail", email_pk))


def verification_mail(email_pk: int) -> None:
    """Send the link that verifies an address."""
    from workspace.services.account_mails import verification_mail_send

    verification_mail_send(email_pk=email_pk)
