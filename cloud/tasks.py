"""The worker's entry point for the cloud's e-mails; one that is lost is asked for again by whoever waits for it."""

from __future__ import annotations

from django.db import transaction
from django_q.tasks import async_task


def confirmation_mail_later(*, request_pk: int) -> None:
    """Let the worker send the link that confirms a request to be registered."""
    transaction.on_commit(lambda: async_task("cloud.tasks.confirmation_mail", request_pk))


def confirmation_mail(request_pk: int) -> None:
    """Send the link that confirms a request to be registered."""
    from cloud.services.registration_requests import confirmation_mail_send

    confirmation_mail_send(request_pk=request_pk)
