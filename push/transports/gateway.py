"""The client of the push gateway protocol: one POST per device, to a gateway that holds the app's keys."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone

from push.models import Answer
from push.transports.answers import DETAIL_LENGTH, SendAnswer, retry_after_parse
from push.transports.engine import Engine, HttpAnswer, HttpRequest

# What the protocol says of each status; any other, and no answer at all, is to be tried again.
ANSWERS = {406: Answer.DEAD, 422: Answer.REFUSED, 401: Answer.UNAUTHORIZED}


@dataclass(frozen=True, slots=True)
class GatewayPush:
    """One push for one device. `service` is `apn` or `gcm`."""

    service: str
    token: str = field(repr=False)
    options: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class GatewayRoute:
    """The gateways, in the order in which they are tried, and the workspace's authorization with them."""

    addresses: tuple[str, ...]
    access_token: str = field(repr=False)


def gateway_send(
    pushes: Sequence[GatewayPush],
    *,
    route: GatewayRoute,
    engine: Engine,
    heartbeat: Callable[[], None] | None = None,
) -> list[SendAnswer]:
    """Hand the pushes to the gateway together and return what it said of each, in the same order.

    Those that certainly did not reach one gateway go to the next. One that may have reached it does not: two
    gateways would deliver it twice.
    """
    answers: dict[int, HttpAnswer] = {}
    remaining = list(range(len(pushes)))
    for address in route.addresses:
        requests = [request_of(pushes[index], address, route.access_token) for index in remaining]
        answers |= dict(zip(remaining, engine.send(requests, heartbeat=heartbeat), strict=True))
        remaining = [index for index in remaining if not answers[index].reached]
        if not remaining:
            break
    now = timezone.now()
    return [answer_read(answers[index], now=now) for index in range(len(pushes))]


def request_of(push: GatewayPush, address: str, access_token: str) -> HttpRequest:
    """Return the request that hands a push to the gateway at `address`."""
    body = json.dumps({"token": push.token, "options": push.options}, ensure_ascii=False, separators=(",", ":"))
    return HttpRequest(
        url=f"{address.rstrip('/')}/push/{push.service}/send",
        body=body.encode("utf-8", errors="replace"),
        headers=("Content-Type: application/json", "Accept: application/json", f"Authorization: Bearer {access_token}"),
    )


def answer_read(answer: HttpAnswer, *, now: datetime) -> SendAnswer:
    """Return what a gateway's HTTP answer means for the workspace."""
    if answer.status is None:
        return SendAnswer(Answer.RETRY, detail=answer.error[:DETAIL_LENGTH])
    if 200 <= answer.status < 300:
        return SendAnswer(Answer.ACCEPTED, answer.status)
    kind = ANSWERS.get(answer.status, Answer.RETRY)
    retry_after = None
    if kind == Answer.RETRY:
        retry_after = retry_after_parse(answer.headers.get("retry-after", ""), now=now)
    return SendAnswer(kind, answer.status, explanation_in(answer.body), retry_after)


def explanation_in(body: bytes) -> str:
    """Return the sentence that an answer's JSON body gives under `error` or `message`, if any."""
    try:
        content = json.loads(body)
    except ValueError:
        return ""
    if not isinstance(content, dict):
        return ""
    sentence = content.get("error") or content.get("message") or ""
    return sentence[:DETAIL_LENGTH] if isinstance(sentence, str) else ""
