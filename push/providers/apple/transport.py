"""Pushing to Apple directly.

Source: Apple, "Sending notification requests to APNs" and "Handling notification responses from APNs".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import quote

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone

from push.http.engine import Engine
from push.http.requests import ClientCertificate, HttpAnswer, HttpRequest, Lane
from push.models import Answer
from push.providers.answers import SendAnswer
from push.providers.apple.credentials import AppleCertificate, AppleCredentials, AppleTokenKey
from push.providers.apple.meanings import BY_REASON, BY_STATUS, EXPIRED, OTHERWISE
from push.providers.apple.payload import apns_headers, apns_payload
from push.providers.apple.tokens import provider_token
from push.providers.fitting import json_bytes
from push.providers.meanings import json_object, patient, unanswered
from push.providers.pem import Certificate, certificate_read, key_matches, private_key_read
from push.providers.phone_pushes import push_of
from push.providers.pushes import PayloadTooLargeError, Push
from push.providers.routes import DevicePush, Route
from push.providers.steps import Part, Steps, steps_run

# Apple allows a thousand streams on a connection.
CONCURRENCY = 1_000
CONNECTIONS = 4
# A push that a broken connection left open is sent again at once: it has its id, and shows once on the device.
RESENDS = 2
# What a header can carry: apps choose their own names.
TOPIC = re.compile(r"[!-~]*")


def apple_transport(pushes: Sequence[DevicePush], *, route: Route) -> list[Part]:
    """Send the pushes with the route's Apple credentials, each to the topic of its app."""
    return [Part((place,), apple_steps([push_of(push)], credentials=route.way)) for place, push in enumerate(pushes)]


def apple_send(
    pushes: Sequence[Push],
    *,
    credentials: AppleCredentials,
    engine: Engine,
    heartbeat: Callable[[], None] | None = None,
) -> list[SendAnswer]:
    """Send the pushes together and return Apple's answers in the same order."""
    return steps_run([apple_steps(pushes, credentials=credentials)], engine=engine, heartbeat=heartbeat)[0]


def apple_steps(pushes: Sequence[Push], *, credentials: AppleCredentials) -> Steps:
    """Send the pushes; those refused because the provider token is too old are sent again with a new one."""
    results: dict[int, SendAnswer] = {}
    remaining = list(range(len(pushes)))
    refused = ""
    for is_last in (False, True):
        try:
            token = token_for(credentials, refused=refused)
        except ValueError as error:
            results |= dict.fromkeys(remaining, unusable(str(error)))
            break
        requests: dict[int, HttpRequest] = {}
        for index in remaining:
            if not TOPIC.fullmatch(pushes[index].topic):
                results[index] = BY_REASON["BadTopic"].read(HttpAnswer())
                continue
            try:
                requests[index] = apple_request(pushes[index], credentials, token=token, at=timezone.now())
            except PayloadTooLargeError:
                results[index] = BY_REASON["PayloadTooLarge"].read(HttpAnswer())
        answers = yield list(requests.values())
        results |= {index: apple_answer(answer) for index, answer in zip(requests, answers, strict=True)}
        remaining = [index for index in requests if results[index].reason == EXPIRED]
        if is_last or not remaining or not token:
            break
        refused = token
    return [results[index] for index in range(len(pushes))]


def apple_request(push: Push, credentials: AppleCredentials, *, token: str, at: datetime) -> HttpRequest:
    """Return the request for a push sent at the time `at`; `token` is empty where a certificate authenticates.

    Raises PayloadTooLargeError when shortening the text does not make it fit.
    """
    host = settings.APPLE_PRODUCTION_URL if credentials.production else settings.APPLE_SANDBOX_URL
    headers = apns_headers(push, at=at) | ({"authorization": f"bearer {token}"} if token else {})
    return HttpRequest(
        url=f"{host}/3/device/{quote(push.token, safe='')}",
        body=json_bytes(apns_payload(push)),
        headers=("Content-Type: application/json", *(f"{name}: {value}" for name, value in headers.items())),
        lane=apple_lane(credentials),
        resends=RESENDS,
    )


@lru_cache(maxsize=1_000)
def apple_lane(credentials: AppleCredentials) -> Lane:
    """Return the lane of these credentials: Apple requires separate connections for each certificate and key."""
    method = credentials.method
    certificate = None
    if isinstance(method, AppleCertificate):
        certificate = ClientCertificate(method.certificate, method.key, method.passphrase)
    # The address is a setting of the operator's, who may have it played by a server nearby.
    return Lane(f"apple {credentials.name}", CONCURRENCY, CONNECTIONS, certificate, public_only=False)


def token_for(credentials: AppleCredentials, *, refused: str = "") -> str:
    """Return the provider token for these credentials, empty for a certificate. Raises ValueError for unusable ones."""
    method = credentials.method
    if isinstance(method, AppleTokenKey):
        return provider_token(method, refused=refused)
    certificate = certificate_check(method)
    if certificate.expired:
        raise ValueError("The certificate has expired")
    return ""


@lru_cache(maxsize=100)
def certificate_check(method: AppleCertificate) -> Certificate:
    """Return the certificate. Raises ValueError when it, its key or the passphrase cannot be used."""
    try:
        certificate, key = certificate_read(method.certificate), private_key_read(method.key, method.passphrase)
    except ValidationError as error:
        raise ValueError(" ".join(error.messages)) from error
    if not key_matches(key, certificate):
        raise ValueError("The key does not belong to the certificate")
    return certificate


def apple_answer(answer: HttpAnswer) -> SendAnswer:
    """Return what Apple's answer means."""
    if answer.status is None:
        return unanswered(answer)
    if answer.status == 200:
        return SendAnswer(Answer.ACCEPTED, answer.status, tries=answer.tries)
    body = json_object(answer.body)
    reason = str(body.get("reason", ""))[:64]
    meaning = BY_REASON.get(reason) or BY_STATUS.get(answer.status, OTHERWISE)
    result = meaning.read(answer, reason=reason)
    if result.answer == Answer.DEAD:
        return replace(result, dead_since=time_of(body.get("timestamp")))
    return patient(result, answer)


def time_of(milliseconds: object) -> datetime | None:
    """Return the time for a number of milliseconds since 1970; None if it is invalid."""
    if not isinstance(milliseconds, int):
        return None
    try:
        return datetime.fromtimestamp(milliseconds / 1000, tz=UTC)
    except (OverflowError, OSError, ValueError):
        return None


def unusable(explanation: str) -> SendAnswer:
    """Return the answer for unusable credentials."""
    return SendAnswer(Answer.UNAUTHORIZED, detail=explanation, reason="UnusableCredentials", misconfigured=True)
