"""Queues the tasks for accounts' e-mails; a user whose e-mail is lost can request it again."""

from __future__ import annotations

from django.db import transaction
from django_q.tasks import async_task


def reset_mails_later(*, address: str) -> None:
    """Queue the e-mail with a password-reset link for an address, whether or not an account has it."""
    transaction.on_commit(lambda: async_task("workspace.tasks.reset_mails", address))


def verification_mail_later(*, email_pk: int) -> None:
    """Queue the e-mail with the link that verifies an address."""
    transaction.on_commit(lambda: async_task("workspace.tasks.verification_mail", email_pk))
