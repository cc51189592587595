"""Queues the task for the cloud's e-mails; a user whose e-mail is lost can request it again."""

from __future__ import annotations

from django.db import transaction
from django_q.tasks import async_task


def confirmation_mail_later(*, request_pk: int) -> None:
    """Queue the e-mail with the link that confirms a registration request."""
    transaction.on_commit(lambda: async_task("cloud.tasks.confirmation_mail", request_pk))
