"""Every answer of Apple's table, row by row."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from push.http.requests import HttpAnswer
from push.models import Answer
from push.providers.apple.meanings import APPLE_MEANINGS, BY_REASON
from push.providers.apple.transport import apple_answer
from tests.cases import for_each

ACCEPTED, DEAD, REFUSED, UNAUTHORIZED, RETRY = (
    Answer.ACCEPTED,
    Answer.DEAD,
    Answer.REFUSED,
    Answer.UNAUTHORIZED,
    Answer.RETRY,
)
# Apple's documentation, row by row, with what is to be made of it: the answer, and whether it says that something is
# misconfigured.
ROWS = [
    (400, "BadCollapseId", REFUSED, False),
    (400, "BadDeviceToken", DEAD, False),
    (400, "BadExpirationDate", REFUSED, False),
    (400, "BadMessageId", REFUSED, False),
    (400, "BadPriority", REFUSED, False),
    (400, "BadTopic", REFUSED, True),
    (400, "DeviceTokenNotForTopic", REFUSED, True),
    (400, "DuplicateHeaders", REFUSED, False),
    (400, "IdleTimeout", RETRY, False),
    (400, "InvalidPushType", REFUSED, False),
    (400, "MissingDeviceToken", REFUSED, False),
    (400, "MissingTopic", REFUSED, True),
    (400, "PayloadEmpty", REFUSED, False),
    (400, "TopicDisallowed", REFUSED, True),
    (403, "BadCertificate", UNAUTHORIZED, True),
    (403, "BadCertificateEnvironment", UNAUTHORIZED, True),
    (403, "ExpiredProviderToken", UNAUTHORIZED, True),
    (403, "Forbidden", UNAUTHORIZED, True),
    (403, "InvalidProviderToken", UNAUTHORIZED, True),
    (403, "MissingProviderToken", UNAUTHORIZED, True),
    (403, "UnrelatedKeyIdInToken", UNAUTHORIZED, True),
    (403, "BadEnvironmentKeyIdInToken", UNAUTHORIZED, True),
    (404, "BadPath", REFUSED, False),
    (405, "MethodNotAllowed", REFUSED, False),
    (410, "ExpiredToken", DEAD, False),
    (410, "Unregistered", DEAD, False),
    (413, "PayloadTooLarge", REFUSED, False),
    (429, "TooManyProviderTokenUpdates", RETRY, False),
    (429, "TooManyRequests", RETRY, False),
    (500, "InternalServerError", RETRY, False),
    (503, "ServiceUnavailable", RETRY, False),
    (503, "Shutdown", RETRY, False),
]


def answer_of(status: int, headers: dict[str, str] | None = None, **body: object) -> HttpAnswer:
    return HttpAnswer(status, headers or {}, json.dumps(body).encode())


@for_each("status, reason, answer, misconfigured", ROWS)
def test_every_documented_reason_has_its_meaning(status: int, reason: str, answer: Answer, misconfigured: bool) -> None:
    result = apple_answer(answer_of(status, reason=reason))
    assert (result.answer, result.status, result.reason) == (answer, status, reason)
    assert result.misconfigured == misconfigured
    assert result.detail == str(BY_REASON[reason].sentence)
    assert result.too_large == (reason == "PayloadTooLarge")


def test_the_table_holds_the_documented_reasons_and_no_others() -> None:
    assert [(row.status, row.reason) for row in APPLE_MEANINGS] == [row[:2] for row in ROWS]


@for_each(
    "status, answer, misconfigured",
    [
        (200, ACCEPTED, False),
        (301, RETRY, False),
        (400, REFUSED, False),
        (401, UNAUTHORIZED, True),
        (403, UNAUTHORIZED, True),
        (404, REFUSED, False),
        (410, DEAD, False),
        (413, REFUSED, False),
        (418, RETRY, False),
        (429, RETRY, False),
        (502, RETRY, False),
    ],
)
@for_each("body", [b"", b"<html>", b"[1]", b'{"reason":"NeverHeardOf"}', b'{"reason":null}'])
def test_what_is_not_in_the_table_is_read_by_its_status(
    status: int, answer: Answer, misconfigured: bool, body: bytes
) -> None:
    result = apple_answer(HttpAnswer(status, body=body))
    assert (result.answer, result.misconfigured) == (answer, misconfigured)


def test_no_answer_is_tried_again() -> None:
    result = apple_answer(HttpAnswer(error="No answer within 20 seconds", tries=2))
    assert (result.answer, result.status, result.tries) == (RETRY, None, 2)
    assert result.detail == "No answer within 20 seconds"


def test_a_dead_token_tells_since_when() -> None:
    result = apple_answer(answer_of(410, reason="Unregistered", timestamp=1_772_366_400_000))
    assert result.dead_since == datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@for_each("timestamp", [None, "soon", 10**30, 1.5, {}])
def test_a_timestamp_that_makes_no_sense_is_left_out(timestamp: object) -> None:
    result = apple_answer(answer_of(410, reason="Unregistered", timestamp=timestamp))
    assert (result.answer, result.dead_since) == (DEAD, None)


def test_a_wait_that_apple_asks_for_is_told() -> None:
    result = apple_answer(answer_of(429, {"retry-after": "30"}, reason="TooManyRequests"))
    assert result.retry_after == timedelta(seconds=30)
