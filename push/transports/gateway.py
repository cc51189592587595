"""The client of the push gateway protocol: one POST per device, to a gateway that holds the app's keys."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone

from push.models import Answer
from push.transports.answers import DETAIL_LENGTH, REASON_LENGTH, SendAnswer, retry_after_parse
from push.transports.engine import Engine, HttpAnswer, HttpRequest
from push.transports.gateway_batches import QUOTA_HEADER, BatchForm, batch_forget, batch_of, chunk_answers, chunks_of
from push.transports.meanings import json_object
from push.transports.routes import DevicePush, Route

# What the protocol says of each status; any other, and no answer at all, is to be tried again.
ANSWERS = {406: Answer.DEAD, 422: Answer.REFUSED, 401: Answer.UNAUTHORIZED}
QUOTA_EXHAUSTED = "error-push-quota-exhausted"
# A Callboard gateway refuses the workspace itself, until its cloud admits it again.
NOT_ADMITTED = ("error-workspace-suspended", "error-terms-not-agreed")
# What a Callboard gateway says in its own codes, whatever the status.
ANSWERS_BY_CODE = {
    QUOTA_EXHAUSTED: Answer.OVER_QUOTA,
    "error-push-quota-kept": Answer.OVER_QUOTA,
    **dict.fromkeys(NOT_ADMITTED, Answer.UNAUTHORIZED),
}
PERCENT = re.compile("[0-9]{1,3}")
# The gateway does not know this workspace, or does not let it push: that is not the device's fault.
MISCONFIGURED = {401, 403}


@dataclass(frozen=True, slots=True)
class GatewayPush:
    """One push for one device. `service` is `apn` or `gcm`."""

    service: str
    token: str = field(repr=False)
    options: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class GatewayRoute:
    """The gateways, in the order in which they are tried, and the workspace's authorization with them.

    `strangers` are those of the addresses that are not handed the access token: it is not meant for them.
    """

    addresses: tuple[str, ...]
    access_token: str = field(repr=False)
    strangers: frozenset[str] = frozenset()

    def token_for(self, address: str) -> str:
        """Return the access token that a gateway is handed, empty for none."""
        return "" if address in self.strangers else self.access_token


def gateway_transport(pushes: Sequence[DevicePush], *, route: Route, engine: Engine) -> list[SendAnswer]:
    """Send on a route whose way is a :class:`GatewayRoute`, many at once where the gateway announces that."""
    requests = [GatewayPush(push.device.type, push.device.token, push.options) for push in pushes]
    return gateway_send(requests, route=route.way, engine=engine, batches=True)


def gateway_send(
    pushes: Sequence[GatewayPush],
    *,
    route: GatewayRoute,
    engine: Engine,
    heartbeat: Callable[[], None] | None = None,
    batches: bool = False,
) -> list[SendAnswer]:
    """Hand the pushes to the gateway together and return what it said of each, in the same order.

    Those that certainly did not reach one gateway go to the next. One that may have reached it does not: two
    gateways would deliver it twice. With `batches`, a gateway that takes many in one request is sent such.
    """
    answers: dict[int, HttpAnswer] = {}
    remaining = list(range(len(pushes)))
    for address in route.addresses:
        taken: dict[int, HttpAnswer] = {}
        if batches and len(remaining) > 1 and (batch := batch_of(address, engine, heartbeat)):
            taken = batches_send(
                {index: pushes[index] for index in remaining}, address, route, batch, engine, heartbeat
            )
        singles = [index for index in remaining if index not in taken]
        requests = [request_of(pushes[index], address, route.token_for(address)) for index in singles]
        answers |= taken | dict(zip(singles, engine.send(requests, heartbeat=heartbeat), strict=True))
        remaining = [index for index in remaining if not answers[index].reached]
        if not remaining:
            break
    now = timezone.now()
    return [answer_read(answers[index], now=now) for index in range(len(pushes))]


def batches_send(
    pushes: dict[int, GatewayPush],
    address: str,
    route: GatewayRoute,
    batch: BatchForm,
    engine: Engine,
    heartbeat: Callable[[], None] | None,
) -> dict[int, HttpAnswer]:
    """Send the pushes in requests of many; returns each one's answer as if it had been sent alone.

    Left out are those whose batch was not understood: these are to be sent one by one.
    """
    chunks = list(chunks_of({index: device_entry(push) for index, push in pushes.items()}, batch))
    headers = headers_of(route.token_for(address))
    requests = [
        HttpRequest(url=f"{address.rstrip('/')}{batch.path}", body=chunk.body, headers=headers, public_only=False)
        for chunk in chunks
    ]
    answers: dict[int, HttpAnswer] = {}
    for chunk, answer in zip(chunks, engine.send(requests, heartbeat=heartbeat), strict=True):
        found = chunk_answers(chunk, answer)
        if found is None:
            batch_forget(address)
        else:
            answers |= found
    return answers


def device_entry(push: GatewayPush) -> dict[str, Any]:
    """Return a push as a batch lists it."""
    return {"type": push.service, "token": push.token, "options": push.options}


def headers_of(access_token: str) -> tuple[str, ...]:
    """Return the headers of every request to a gateway."""
    headers = ("Content-Type: application/json", "Accept: application/json")
    return (*headers, f"Authorization: Bearer {access_token}") if access_token else headers


def request_of(push: GatewayPush, address: str, access_token: str) -> HttpRequest:
    """Return the request that hands a push to the gateway at `address`."""
    body = json.dumps({"token": push.token, "options": push.options}, ensure_ascii=False, separators=(",", ":"))
    return HttpRequest(
        url=f"{address.rstrip('/')}/push/{push.service}/send",
        body=body.encode("utf-8", errors="replace"),
        headers=headers_of(access_token),
        # An administrator chose the gateway, which may stand in the same private network.
        public_only=False,
    )


def answer_read(answer: HttpAnswer, *, now: datetime) -> SendAnswer:
    """Return what a gateway's HTTP answer means for the workspace."""
    if answer.status is None:
        return SendAnswer(Answer.RETRY, detail=answer.error[:DETAIL_LENGTH])
    if 200 <= answer.status < 300:
        return SendAnswer(Answer.ACCEPTED, answer.status, quota_used=quota_used(answer))
    return meaning_of(
        answer.status, json_object(answer.body), retry_after=answer.headers.get("retry-after", ""), now=now
    )


def meaning_of(status: int, body: dict[str, Any], *, retry_after: str, now: datetime) -> SendAnswer:
    """Return what a refusal means, by its code where a Callboard gateway gives one, else by its status."""
    code = text_in(body, "errorType")[:REASON_LENGTH]
    kind = ANSWERS_BY_CODE.get(code) or ANSWERS.get(status, Answer.RETRY)
    return SendAnswer(
        kind,
        status,
        (text_in(body, "error") or text_in(body, "message"))[:DETAIL_LENGTH],
        retry_after_parse(retry_after, now=now) if kind == Answer.RETRY else None,
        reason=code,
        misconfigured=status in MISCONFIGURED or kind == Answer.UNAUTHORIZED,
    )


def quota_used(answer: HttpAnswer) -> int | None:
    """Return how many percent of the month's quota the gateway says are used; None where it says nothing of it."""
    text = answer.headers.get(QUOTA_HEADER.lower(), "")
    return min(int(text), 100) if PERCENT.fullmatch(text) else None


def text_in(body: dict[str, Any], name: str) -> str:
    """Return the text that the answer's body holds under this name; empty for anything else."""
    value = body.get(name)
    return value if isinstance(value, str) else ""
