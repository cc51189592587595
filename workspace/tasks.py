"""The worker's entry points for accounts. Tasks in the broker name these functions."""

from __future__ import annotations

from workspace.database.side_thread import on_side_thread
from workspace.services.people.erasure import erasures_continue
from workspace.services.people.requested_mails import requested_mail_send, requested_mails_resume
from workspace.services.privacy.exports import exports_make
from workspace.waking import erasures_later


@on_side_thread
def requested_mail(mail_pk: int) -> None:
    """Send an e-mail that somebody has requested."""
    requested_mail_send(mail_pk=mail_pk)


def requested_mails() -> None:
    """Queue the requested e-mails whose task was lost, or that must be tried again."""
    requested_mails_resume()


def erasures() -> None:
    """Erase some of the messages of deleted accounts."""
    if not erasures_continue():
        erasures_later()


@on_side_thread
def data_exports() -> None:
    """Make the exports of people's data that were requested."""
    exports_make()
