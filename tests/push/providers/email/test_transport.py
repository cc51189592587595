"""Handing e-mails to a mail server, and what its answers mean."""

from __future__ import annotations

import smtplib
from collections.abc import Sequence

import pytest
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from push.models import Answer
from push.providers.email.transport import email_send

BACKEND = f"{__name__}.ScriptedBackend"


class ScriptedBackend(BaseEmailBackend):
    """A mail server with scripted answers: an exception to raise, or None to accept."""

    script: list[Exception | None] = []
    asked = 0

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        ScriptedBackend.asked += 1
        answer = ScriptedBackend.script.pop(0)
        if answer:
            raise answer
        return len(messages)


@pytest.fixture(autouse=True)
def _scripted(settings: object) -> None:
    settings.EMAIL_BACKEND = BACKEND  # type: ignore[attr-defined]
    ScriptedBackend.asked = 0


def answers_to(*script: Exception | None) -> list[Answer]:
    ScriptedBackend.script = list(script)
    messages = [EmailMessage("subject", "text", to=[f"p{number}@example.org"]) for number in range(len(script))]
    return [answer.answer for answer in email_send(messages)]


def test_messages_are_accepted() -> None:
    assert answers_to(None, None) == [Answer.ACCEPTED, Answer.ACCEPTED]


@pytest.mark.parametrize(
    ("error", "answer"),
    [
        (smtplib.SMTPRecipientsRefused({"p0@example.org": (550, b"no such user")}), Answer.REFUSED),
        (smtplib.SMTPRecipientsRefused({"p0@example.org": (451, b"greylisted")}), Answer.RETRY),
        (smtplib.SMTPSenderRefused(553, b"not yours", "callboard@localhost"), Answer.REFUSED),
        (smtplib.SMTPDataError(554, b"spam"), Answer.REFUSED),
        (smtplib.SMTPDataError(452, b"mailbox full"), Answer.RETRY),
        (smtplib.SMTPAuthenticationError(535, b"wrong password"), Answer.UNAUTHORIZED),
        (ValueError("Header values can't contain newlines"), Answer.REFUSED),
    ],
)
def test_what_the_server_says_of_one_message_holds_for_it_alone(error: Exception, answer: Answer) -> None:
    assert answers_to(error, None) == [answer, Answer.ACCEPTED]


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError("refused"),
        TimeoutError("timed out"),
        smtplib.SMTPServerDisconnected("gone"),
        smtplib.SMTPConnectError(421, b"try later"),
    ],
)
def test_a_server_that_cannot_be_reached_is_asked_once_and_all_is_tried_again(error: Exception) -> None:
    assert answers_to(None, error, None) == [Answer.ACCEPTED, Answer.RETRY, Answer.RETRY]
    assert ScriptedBackend.asked == 2


def test_nothing_to_send_opens_no_connection() -> None:
    assert answers_to() == []
