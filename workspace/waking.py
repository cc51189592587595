"""Queues the tasks for accounts' e-mails, for erasing the messages of deleted accounts, and for data exports.

A lost task loses nothing: the worker also checks regularly for all of these.
"""

from __future__ import annotations

from django.db import transaction
from django_q.tasks import async_task


def requested_mail_later(*, mail_pk: int) -> None:
    """Queue the task that sends a requested e-mail."""
    transaction.on_commit(lambda: async_task("workspace.tasks.requested_mail", mail_pk))


def erasures_later() -> None:
    """Queue the erasure of messages of deleted accounts."""
    transaction.on_commit(lambda: async_task("workspace.tasks.erasures"))


def exports_later() -> None:
    """Queue the task that makes the exports of people's data."""
    transaction.on_commit(lambda: async_task("workspace.tasks.data_exports"))
