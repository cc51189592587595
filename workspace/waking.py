"""Queues the tasks for accounts' e-mails, for erasing the messages of deleted accounts, and for data exports.

A user whose e-mail is lost can request it again. The worker also checks regularly for messages to erase and
for exports to make.
"""

from __future__ import annotations

from django.db import transaction
from django_q.tasks import async_task


def reset_mails_later(*, address: str) -> None:
    """Queue the e-mail with a password-reset link for an address, whether or not an account has it."""
    transaction.on_commit(lambda: async_task("workspace.tasks.reset_mails", address))


def verification_mail_later(*, email_pk: int) -> None:
    """Queue the e-mail with the link that verifies an address."""
    transaction.on_commit(lambda: async_task("workspace.tasks.verification_mail", email_pk))


def email_code_mail_later(*, code_pk: int) -> None:
    """Queue the e-mail with a code. The worker generates it, so that the queue does not contain it."""
    transaction.on_commit(lambda: async_task("workspace.tasks.email_code_mail", code_pk))


def erasures_later() -> None:
    """Queue the erasure of messages of deleted accounts."""
    transaction.on_commit(lambda: async_task("workspace.tasks.erasures"))


def exports_later() -> None:
    """Queue the task that makes the exports of people's data."""
    transaction.on_commit(lambda: async_task("workspace.tasks.data_exports"))
