"""The meaning of each documented answer of a provider: one row per code, used by code, tests and documentation."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from push.http.requests import HttpAnswer
from push.models import Answer
from push.providers.answers import DETAIL_LENGTH, SendAnswer, retry_after_parse

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


@dataclass(frozen=True, slots=True)
class Meaning:
    """One answer of a provider: its HTTP status, the provider's code, and how it is handled.

    `sentence` describes the problem for people. The flags are those of :class:`SendAnswer`.
    """

    status: int
    reason: str
    answer: Answer
    sentence: StrPromise | str
    misconfigured: bool = False
    too_large: bool = False

    def read(self, answer: HttpAnswer, *, detail: str = "", reason: str = "") -> SendAnswer:
        """Return this meaning as the result of a send; `detail` is the provider's own message, if any."""
        words = "" if self.answer == Answer.ACCEPTED else detail or str(self.sentence)
        return SendAnswer(
            self.answer,
            answer.status,
            words[:DETAIL_LENGTH],
            reason=reason or self.reason,
            misconfigured=self.misconfigured,
            too_large=self.too_large,
            tries=answer.tries,
        )


def by_reason(rows: Iterable[Meaning]) -> dict[str, Meaning]:
    """Return the rows by their codes."""
    return {row.reason: row for row in rows}


def unanswered(answer: HttpAnswer) -> SendAnswer:
    """Return the result of a send without an answer: it is unknown, so the send is retried."""
    return SendAnswer(Answer.RETRY, detail=answer.error[:DETAIL_LENGTH], tries=answer.tries)


def patient(result: SendAnswer, answer: HttpAnswer) -> SendAnswer:
    """Return the result; if it is a retry, with the wait that the response requests."""
    if result.answer != Answer.RETRY:
        return result
    return replace(result, retry_after=retry_after_parse(answer.headers.get("retry-after", ""), now=timezone.now()))


def json_object(body: bytes) -> dict[str, Any]:
    """Return the JSON object in the body; empty if there is none."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
