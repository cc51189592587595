"""E-mails that people wait for: they are stored as rows until the mail server has accepted them.

A worker that is killed while it sends one leaves the row, and another worker sends it after the lease. Then the mail
server may get it twice, which is better than never.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from smtplib import SMTPException

from django.db.models import F
from django.utils import timezone

from workspace.logs.events import LogEvent
from workspace.models import MailKind, RequestedMail
from workspace.waking import requested_mail_later

MAIL_NOT_SENT = LogEvent(
    "mail.not_sent",
    "An e-mail that somebody waits for could not be sent. It is tried again.",
    {"mail": "the kind of e-mail", "tries": "how often it was tried", "problem": "the kind of error"},
    logging.WARNING,
)
MAIL_GIVEN_UP = LogEvent(
    "mail.given_up",
    "An e-mail that somebody waits for is not tried again.",
    {"mail": "the kind of e-mail", "tries": "how often it was tried", "problem": "the reason"},
    logging.ERROR,
)

# Nobody else sends an e-mail for this time after a worker has started to.
LEASE = timedelta(minutes=2)
# The time until the next try, after each one that failed. Then it is given up: by then, the link or code has expired.
RETRIES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1))
# Tasks that are queued at once for e-mails whose task was lost.
RESUMED_AT_ONCE = 100

_senders: dict[str, Callable[[str], None]] = {}


def mail_sender_register(kind: MailKind, send: Callable[[str], None]) -> None:
    """Let `send` write and send the e-mails of this kind; it gets the reference, and does nothing if it is outdated."""
    _senders[kind] = send


def mail_request(*, kind: MailKind, reference: object) -> None:
    """Store that an e-mail must be sent, and queue it."""
    requested_mail_later(mail_pk=RequestedMail.objects.create(kind=kind, reference=str(reference)).pk)


def requested_mail_send(*, mail_pk: int) -> None:
    """Send a requested e-mail if it is due. If the mail server fails, it is tried again later."""
    due = RequestedMail.objects.filter(pk=mail_pk, due_at__lte=timezone.now())
    # One of several workers gets it.
    if not due.update(due_at=timezone.now() + LEASE, tries=F("tries") + 1):
        return
    mail = RequestedMail.objects.get(pk=mail_pk)
    if mail.tries > len(RETRIES) + 1:
        mail_give_up(mail, "the worker was stopped at each try")
        return
    try:
        _senders[mail.kind](mail.reference)
    except (OSError, SMTPException) as error:
        # The text of the error may contain the address.
        if mail.tries > len(RETRIES):
            mail_give_up(mail, type(error).__name__)
            return
        MAIL_NOT_SENT.log(mail=mail.kind, tries=mail.tries, problem=type(error).__name__)
        RequestedMail.objects.filter(pk=mail_pk).update(due_at=timezone.now() + RETRIES[mail.tries - 1])
        return
    mail.delete()


def mail_give_up(mail: RequestedMail, reason: str) -> None:
    """Delete an e-mail that could not be sent, and log it."""
    MAIL_GIVEN_UP.log(mail=mail.kind, tries=mail.tries, problem=reason)
    mail.delete()


def requested_mails_resume() -> None:
    """Queue the e-mails that are due."""
    due = RequestedMail.objects.filter(due_at__lte=timezone.now()).order_by("due_at")
    for key in due.values_list("pk", flat=True)[:RESUMED_AT_ONCE]:
        requested_mail_later(mail_pk=key)


def has_due_mails() -> bool:
    """Return True if requested e-mails are due."""
    return RequestedMail.objects.filter(due_at__lte=timezone.now()).exists()
