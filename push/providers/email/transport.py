"""Sends e-mails to the configured mail server through Django's mail backend."""

from __future__ import annotations

import re
import smtplib
from collections.abc import Sequence

from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from push.models import Answer
from push.providers.answers import DETAIL_LENGTH, RECIPIENT_REFUSED, SendAnswer

# Refusals that concern the sender, such as 5.7.1 "relaying denied" (RFC 3463), and not the mailbox.
POLICY = re.compile(rb"5\.7\.")


def email_send(messages: Sequence[EmailMessage]) -> list[SendAnswer]:
    """Send each message over one connection and return the server's answers in the same order.

    After a failed or interrupted connection, the remaining messages are not sent: they are retried too.
    """
    if not messages:
        return []
    connection: BaseEmailBackend = get_connection()
    answers: list[SendAnswer] = []
    try:
        for message in messages:
            answers.append(message_send(message, connection))  # noqa: PERF401 (those before an error count)
    except (smtplib.SMTPException, OSError) as error:
        unsent = SendAnswer(Answer.RETRY, detail=words_of(error))
        return answers + [unsent] * (len(messages) - len(answers))
    finally:
        connection_close(connection)
    return answers


def message_send(message: EmailMessage, connection: BaseEmailBackend) -> SendAnswer:
    """Send one message.

    Addresses or content that the server refuses permanently are `refused`; credentials that it refuses are
    `unauthorized` (RFC 5321, 4.2.1: 5yz is permanent, 4yz temporary). Raises errors of the connection, which
    do not concern the message.
    """
    message.connection = connection
    try:
        connection.open()
        message.send()
    except smtplib.SMTPAuthenticationError as error:
        return SendAnswer(Answer.UNAUTHORIZED, error.smtp_code, words_of(error))
    except smtplib.SMTPRecipientsRefused as error:
        code = min((code for code, _text in error.recipients.values()), default=0)
        is_known = any(POLICY.match(bytes(text)) for _code, text in error.recipients.values())
        return refusal(error, code, reason="" if is_known else RECIPIENT_REFUSED)
    except smtplib.SMTPConnectError:
        raise
    except smtplib.SMTPResponseException as error:
        return refusal(error, error.smtp_code)
    except ValueError as error:
        # An address or subject that cannot be written as a header.
        return SendAnswer(Answer.REFUSED, detail=words_of(error))
    return SendAnswer(Answer.ACCEPTED)


def refusal(error: smtplib.SMTPException, code: int, *, reason: str = "") -> SendAnswer:
    """Return the answer to a refusal with an SMTP code; a permanent one gets the `reason`."""
    if 500 <= code < 600:
        return SendAnswer(Answer.REFUSED, code, words_of(error), reason=reason)
    return SendAnswer(Answer.RETRY, code or None, words_of(error))


def connection_close(connection: BaseEmailBackend) -> None:
    """Close the connection; one that broke already is as good as closed."""
    try:
        connection.close()
    except (smtplib.SMTPException, OSError):
        return


def words_of(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:DETAIL_LENGTH]
