"""Every error of Google's table, row by row; in the shapes that its documentation shows."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from push.http.requests import HttpAnswer
from push.models import Answer
from push.providers.google.meanings import GOOGLE_MEANINGS
from push.providers.google.transport import google_answer
from tests.cases import for_each

DEAD, REFUSED, UNAUTHORIZED, RETRY = Answer.DEAD, Answer.REFUSED, Answer.UNAUTHORIZED, Answer.RETRY


def error(
    status: int, general: str, code: str = "", *, field: str = "", message: str = "What Google says"
) -> HttpAnswer:
    details: list[dict[str, Any]] = []
    if code:
        details.append({"@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": code})
    if field:
        violations = [{"field": field, "description": "Invalid"}]
        details.append({"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": violations})
    body = {"error": {"code": status, "message": message, "status": general, "details": details}}
    return HttpAnswer(status, {}, json.dumps(body).encode())


ROWS = [
    (404, "NOT_FOUND", "UNREGISTERED", DEAD, False),
    (400, "INVALID_ARGUMENT", "INVALID_ARGUMENT", REFUSED, False),
    (403, "PERMISSION_DENIED", "SENDER_ID_MISMATCH", REFUSED, True),
    (429, "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED", RETRY, False),
    (503, "UNAVAILABLE", "UNAVAILABLE", RETRY, False),
    (500, "INTERNAL", "INTERNAL", RETRY, False),
    (401, "UNAUTHENTICATED", "THIRD_PARTY_AUTH_ERROR", UNAUTHORIZED, True),
    (500, "UNKNOWN", "UNSPECIFIED_ERROR", RETRY, False),
]


@for_each("status, general, code, answer, misconfigured", ROWS)
def test_every_documented_code_has_its_meaning(
    status: int, general: str, code: str, answer: Answer, misconfigured: bool
) -> None:
    result = google_answer(error(status, general, code))
    assert (result.answer, result.status, result.reason) == (answer, status, code)
    assert (result.misconfigured, result.detail) == (misconfigured, "What Google says")


def test_the_table_holds_the_documented_codes_and_no_others() -> None:
    assert [row.reason for row in GOOGLE_MEANINGS] == [row[2] for row in ROWS]


@for_each("status", [200 + 1, 400, 403, 404, 500])
def test_the_code_counts_and_not_the_status(status: int) -> None:
    assert google_answer(error(status, "NOT_FOUND", "UNREGISTERED")).answer == DEAD


@for_each(
    "status, general, answer, misconfigured",
    [
        (400, "INVALID_ARGUMENT", REFUSED, False),
        (401, "UNAUTHENTICATED", UNAUTHORIZED, True),
        (403, "PERMISSION_DENIED", UNAUTHORIZED, True),
        (404, "NOT_FOUND", UNAUTHORIZED, True),
        (429, "RESOURCE_EXHAUSTED", RETRY, False),
        (500, "INTERNAL", RETRY, False),
        (503, "UNAVAILABLE", RETRY, False),
        (499, "CANCELLED", RETRY, False),
    ],
)
def test_without_a_code_the_general_status_counts_and_no_token_dies(
    status: int, general: str, answer: Answer, misconfigured: bool
) -> None:
    result = google_answer(error(status, general))
    assert (result.answer, result.reason, result.misconfigured) == (answer, general, misconfigured)


@for_each(
    "status, answer",
    [(401, UNAUTHORIZED), (403, UNAUTHORIZED), (404, RETRY), (413, REFUSED), (502, RETRY), (301, RETRY)],
)
@for_each(
    "body", [b"", b"<html>", b"[]", b'{"error":"odd"}', b'{"error":{"details":["",{}]}}', b'{"error":{"details":5}}']
)
def test_a_body_that_says_nothing_kills_no_token(status: int, answer: Answer, body: bytes) -> None:
    assert google_answer(HttpAnswer(status, body=body)).answer == answer


def test_an_invalid_argument_that_names_the_token_kills_it() -> None:
    result = google_answer(error(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT", field="message.token"))
    assert (result.answer, result.reason) == (DEAD, "INVALID_ARGUMENT")


def test_so_does_one_that_names_it_in_words() -> None:
    message = "The registration token is not a valid FCM registration token"
    assert google_answer(error(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT", message=message)).answer == DEAD


@for_each("field", ["message.data[0].value", "message", "message.tokens", "message.android.ttl"])
def test_one_that_names_something_else_does_not(field: str) -> None:
    message = "Not the registration token"
    result = google_answer(error(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT", field=field, message=message))
    assert result.answer == REFUSED


def test_a_message_that_is_too_large_is_told_as_such() -> None:
    result = google_answer(error(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT", message="Android message is too big"))
    assert (result.answer, result.too_large) == (REFUSED, True)


def test_a_wait_that_google_asks_for_is_told() -> None:
    answer = error(429, "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED")
    answer.headers["retry-after"] = "60"
    assert google_answer(answer).retry_after == timedelta(seconds=60)


def test_no_answer_is_tried_again() -> None:
    assert google_answer(HttpAnswer(error="Recv failure")).answer == RETRY
