"""What each documented answer of a provider means: one row per code, from which code, tests and docs are made."""

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
    """One answer of a provider: its HTTP status and own code, and what is made of it.

    `sentence` tells people what is wrong. The flags are those of :class:`SendAnswer`.
    """

    status: int
    reason: str
    answer: Answer
    sentence: StrPromise | str
    misconfigured: bool = False
    too_large: bool = False

    def read(self, answer: HttpAnswer, *, detail: str = "", reason: str = "") -> SendAnswer:
        """Return this meaning as what became of a send; `detail` is what the provider itself says, if anything."""
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
    """Return what became of a send that got no answer: nobody knows, so it is tried again."""
    return SendAnswer(Answer.RETRY, detail=answer.error[:DETAIL_LENGTH], tries=answer.tries)


def patient(found: SendAnswer, answer: HttpAnswer) -> SendAnswer:
    """Return what was found with the wait that the answer asks for, where it is to be tried again."""
    if found.answer != Answer.RETRY:
        return found
    return replace(found, retry_after=retry_after_parse(answer.headers.get("retry-after", ""), now=timezone.now()))


def json_object(body: bytes) -> dict[str, Any]:
    """Return the JSON object in the body, empty where there is none."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
