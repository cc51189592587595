"""Pushing to Google directly, over its HTTP v1 interface.

Source: Firebase, "projects.messages.send" and "REST error codes for the HTTP v1 API".
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from functools import lru_cache
from typing import Any

from django.conf import settings

from push.http.engine import Engine
from push.http.requests import HttpAnswer, HttpRequest, Lane
from push.models import Answer
from push.providers.answers import SendAnswer
from push.providers.fitting import json_bytes
from push.providers.google.credentials import GoogleCredentials
from push.providers.google.meanings import (
    BY_HTTP_STATUS,
    BY_REASON,
    BY_STATUS,
    INVALID,
    OTHERWISE,
    TOKEN_BY_REASON,
    TOKEN_INVALID,
    TOO_LARGE,
)
from push.providers.google.payload import fcm_message
from push.providers.google.tokens import (
    access_token,
    access_token_refused,
    project_of,
    token_answer,
    token_request,
)
from push.providers.meanings import Meaning, json_object, patient, unanswered
from push.providers.phone_pushes import push_of
from push.providers.pushes import PayloadTooLargeError, Push
from push.providers.routes import DevicePush, Route
from push.providers.steps import Part, Steps, steps_run

CONCURRENCY = 500
CONNECTIONS = 8
RESENDS = 2
FIELD_OF_TOKEN = "message.token"  # noqa: S105
# Google names an unusable token in words where it names no field.
WORDS_OF_TOKEN = "registration token"  # noqa: S105
WORDS_OF_TOO_LARGE = "too big"


def google_transport(pushes: Sequence[DevicePush], *, route: Route) -> list[Part]:
    """Send the pushes with the route's Google credentials."""
    return [Part((place,), google_steps([push_of(push)], credentials=route.way)) for place, push in enumerate(pushes)]


def google_send(
    pushes: Sequence[Push],
    *,
    credentials: GoogleCredentials,
    engine: Engine,
    heartbeat: Callable[[], None] | None = None,
) -> list[SendAnswer]:
    """Send the pushes together and return Google's answers in the same order."""
    return steps_run([google_steps(pushes, credentials=credentials)], engine=engine, heartbeat=heartbeat)[0]


def google_steps(pushes: Sequence[Push], *, credentials: GoogleCredentials) -> Steps:
    """Send the pushes; those whose access token was refused are sent again with a new one."""
    results: dict[int, SendAnswer] = {}
    remaining = list(range(len(pushes)))
    for is_last in (False, True):
        token = yield from token_steps(credentials)
        if isinstance(token, SendAnswer):
            results |= dict.fromkeys(remaining, token)
            break
        requests: dict[int, HttpRequest] = {}
        for index in remaining:
            try:
                requests[index] = google_request(pushes[index], credentials, token=token)
            except PayloadTooLargeError:
                results[index] = TOO_LARGE.read(HttpAnswer(), reason="PayloadTooLarge")
        answers = yield list(requests.values())
        results |= {index: google_answer(answer) for index, answer in zip(requests, answers, strict=True)}
        remaining = [index for index in requests if results[index].reason == "UNAUTHENTICATED"]
        if is_last or not remaining:
            break
        access_token_refused(credentials, token)
    return [results[index] for index in range(len(pushes))]


def token_steps(
    credentials: GoogleCredentials,
) -> Generator[Sequence[HttpRequest], Sequence[HttpAnswer], str | SendAnswer]:
    """Return the access token to send with, fetching one if necessary; or else the result for the pushes."""
    token, fetch = access_token(credentials)
    if not fetch:
        return token
    try:
        request = token_request(credentials)
    except ValueError as error:
        return SendAnswer(Answer.UNAUTHORIZED, detail=str(error), reason="UnusableCredentials", misconfigured=True)
    (answer,) = yield [request]
    # While the old one lasts, a failure to renew it is no failure to send.
    return token_answer(credentials, answer) or token or token_refusal(answer)


def google_request(push: Push, credentials: GoogleCredentials, *, token: str) -> HttpRequest:
    """Return the request for a push, authorized by an access token.

    Raises PayloadTooLargeError when shortening the text does not make it fit, ValueError for unusable credentials.
    """
    return HttpRequest(
        url=f"{settings.GOOGLE_SEND_URL}/v1/projects/{project_of(credentials)}/messages:send",
        body=json_bytes(fcm_message(push)),
        headers=("Content-Type: application/json", f"Authorization: Bearer {token}"),
        lane=google_lane(credentials),
        resends=RESENDS,
    )


@lru_cache(maxsize=1_000)
def google_lane(credentials: GoogleCredentials) -> Lane:
    """Return the lane of these credentials."""
    # The address is a setting of the operator's, who may have it played by a server nearby.
    return Lane(f"google {credentials.name}", CONCURRENCY, CONNECTIONS, public_only=False)


def google_answer(answer: HttpAnswer) -> SendAnswer:
    """Return what Google's answer means."""
    if answer.status is None:
        return unanswered(answer)
    if answer.status == 200:
        return SendAnswer(Answer.ACCEPTED, answer.status, tries=answer.tries)
    error = json_object(answer.body).get("error")
    error = error if isinstance(error, dict) else {}
    meaning, reason = meaning_of(error, answer.status)
    return patient(meaning.read(answer, detail=str(error.get("message", "")), reason=reason), answer)


def meaning_of(error: dict[str, Any], status: int) -> tuple[Meaning, str]:
    """Return the meaning of an error and its code."""
    details = objects_in(error.get("details"))
    code = next((str(detail["errorCode"]) for detail in details if detail.get("errorCode")), "")
    general = str(error.get("status", ""))
    message = str(error.get("message", ""))
    if INVALID in (code, code or general):
        violated = list(fields_violated(details))
        if FIELD_OF_TOKEN in violated or (code and not violated and WORDS_OF_TOKEN in message):
            return TOKEN_INVALID, INVALID
        if WORDS_OF_TOO_LARGE in message:
            return TOO_LARGE, INVALID
    if code:
        return BY_REASON.get(code, OTHERWISE), code
    if general in BY_STATUS:
        return BY_STATUS[general], general
    return BY_HTTP_STATUS.get(status, OTHERWISE), general


def fields_violated(details: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Yield the names of the fields that the error's details complain of."""
    for detail in details:
        for violation in objects_in(detail.get("fieldViolations")):
            yield str(violation.get("field", ""))


def objects_in(value: object) -> list[dict[str, Any]]:
    """Return the JSON objects in a list; none where it is no list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def token_refusal(answer: HttpAnswer) -> SendAnswer:
    """Return the result for pushes for which no access token was issued."""
    if answer.status is None:
        return unanswered(answer)
    body = json_object(answer.body)
    reason = str(body.get("error", ""))[:64]
    detail = str(body.get("error_description", "")) or reason
    return patient(TOKEN_BY_REASON.get(reason, OTHERWISE).read(answer, detail=detail, reason=reason), answer)
