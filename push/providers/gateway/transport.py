"""The client of the push gateway protocol: one POST per device, to a gateway that holds the app's keys."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone

from push.http.engine import Engine, HttpAnswer, HttpRequest
from push.models import Answer, Capability
from push.providers.answers import DETAIL_LENGTH, REASON_LENGTH, SendAnswer, retry_after_parse
from push.providers.gateway.batches import (
    BatchForm,
    Chunk,
    announced_by,
    announced_record,
    batch_announced,
    batch_forget,
    batch_known,
    chunk_answers,
    chunks_of,
    info_request,
)
from push.providers.gateway.meanings import ANSWERS, ANSWERS_BY_CODE, MISCONFIGURED
from push.providers.meanings import json_object
from push.providers.protocol import QUOTA_HEADER, TRACEPARENT
from push.providers.routes import DevicePush, GatewayRoute, Route
from push.providers.steps import DividingSteps, Part, Parts, steps_run

CANNOT_REPLACE = SendAnswer(Answer.NO_ROUTE, detail="The gateway does not replace notifications that are shown")
PERCENT = re.compile("[0-9]{1,3}")


@dataclass(frozen=True, slots=True)
class GatewayPush:
    """One push for one device. `service` is `apn` or `gcm`; `traceparent` names the span of sending it."""

    service: str
    token: str = field(repr=False)
    options: dict[str, Any] = field(repr=False)
    traceparent: str = ""


def gateway_transport(pushes: Sequence[DevicePush], *, route: Route) -> list[Part]:
    """Send the pushes to the route's gateway, in batches if the gateway announces that it accepts them."""
    replacing = [place for place, push in enumerate(pushes) if is_replacement(push)]
    places = [place for place in range(len(pushes)) if place not in set(replacing)]
    requests = [GatewayPush(push.device.type, push.device.token, push.options, push.traceparent) for push in pushes]
    parts = [Part((place,), replace_steps(requests[place], route.way)) for place in replacing]
    if places:
        chosen = [requests[place] for place in places]
        parts.append(Part(tuple(places), gateway_steps(chosen, route=route.way, batches=True)))
    return parts


def is_replacement(push: DevicePush) -> bool:
    """Return whether the gateway has to replace a notification that the device shows.

    Apps that take notifications away replace them by themselves, whatever the gateway does.
    """
    return "collapse" in push.options and Capability.CLEAR not in push.device.capabilities


def replace_steps(push: GatewayPush, route: GatewayRoute) -> DividingSteps:
    """Send a replacement through the first gateway that announces it can do that: others would show a second one."""
    for address in route.addresses:
        announced = announced_by(address)
        if announced is None:
            (answer,) = yield [info_request(address)]
            if answer.status is None:
                return [answer_read(answer, now=timezone.now())]
            announced = announced_record(address, answer)
        if announced.replaces:
            (answer,) = yield [request_of(push, address, route.token_for(address))]
            return [answer_read(answer, now=timezone.now())]
    return [CANNOT_REPLACE]


def gateway_send(
    pushes: Sequence[GatewayPush],
    *,
    route: GatewayRoute,
    engine: Engine,
    heartbeat: Callable[[], None] | None = None,
    batches: bool = False,
) -> list[SendAnswer]:
    """Send the pushes to the gateway together and return its answers in the same order."""
    return steps_run([gateway_steps(pushes, route=route, batches=batches)], engine=engine, heartbeat=heartbeat)[0]


def gateway_steps(
    pushes: Sequence[GatewayPush],
    *,
    route: GatewayRoute,
    addresses: Sequence[str] | None = None,
    batches: bool = False,
) -> DividingSteps:
    """Send the pushes to the first of the addresses (the route's own); what did not reach it goes to the next.

    One that may have reached a gateway does not: two gateways would deliver it twice. With `batches`, a gateway that
    accepts many pushes in one request is sent such requests.
    """
    address, *others = route.addresses if addresses is None else addresses
    form = None
    if batches and len(pushes) > 1:
        is_cached, form = batch_known(address)
        if not is_cached:
            (answer,) = yield [info_request(address)]
            if others and not answer.reached:
                return Parts([Part((), gateway_steps(pushes, route=route, addresses=others, batches=True))])
            form = batch_announced(address, answer)
    if form is None:
        return singles(pushes, route, [address, *others])
    chunks = chunks_of({place: device_entry(push) for place, push in enumerate(pushes)}, form)
    return Parts([Part(chunk.places, batch_steps(pushes, chunk, route, [address, *others], form)) for chunk in chunks])


def singles(pushes: Sequence[GatewayPush], route: GatewayRoute, addresses: Sequence[str]) -> Parts:
    """Return the parts that send each push in a separate request."""
    return Parts([Part((place,), single_steps(push, route, addresses)) for place, push in enumerate(pushes)])


def single_steps(push: GatewayPush, route: GatewayRoute, addresses: Sequence[str]) -> DividingSteps:
    """Send one push to the first of the gateways that can be reached."""
    answer = HttpAnswer(reached=False)
    for address in addresses:
        (answer,) = yield [request_of(push, address, route.token_for(address))]
        if answer.reached:
            break
    return [answer_read(answer, now=timezone.now())]


def batch_steps(
    pushes: Sequence[GatewayPush], chunk: Chunk, route: GatewayRoute, addresses: Sequence[str], form: BatchForm
) -> DividingSteps:
    """Send the chunk's pushes in one request; one by one where the gateway does not understand it."""
    address, *others = addresses
    (answer,) = yield [
        HttpRequest(
            url=f"{address.rstrip('/')}{form.path}",
            body=chunk.body,
            headers=headers_of(route.token_for(address)),
            public_only=False,
        )
    ]
    answers, chosen = chunk_answers(chunk, answer), [pushes[place] for place in chunk.places]
    if answers is None:
        batch_forget(address)
        return singles(chosen, route, addresses)
    if others and not answer.reached:
        return Parts([Part((), gateway_steps(chosen, route=route, addresses=others, batches=True))])
    now = timezone.now()
    return [answer_read(answers[place], now=now) for place in chunk.places]


def device_entry(push: GatewayPush) -> dict[str, Any]:
    """Return a push as a batch lists it."""
    entry = {"type": push.service, "token": push.token, "options": push.options}
    return {**entry, TRACEPARENT: push.traceparent} if push.traceparent else entry


def headers_of(access_token: str, traceparent: str = "") -> tuple[str, ...]:
    """Return the headers of every request to a gateway."""
    headers = ["Content-Type: application/json", "Accept: application/json"]
    if access_token:
        headers.append(f"Authorization: Bearer {access_token}")
    if traceparent:
        headers.append(f"{TRACEPARENT}: {traceparent}")
    return tuple(headers)


def request_of(push: GatewayPush, address: str, access_token: str) -> HttpRequest:
    """Return the request that sends a push to the gateway at `address`."""
    body = json.dumps({"token": push.token, "options": push.options}, ensure_ascii=False, separators=(",", ":"))
    return HttpRequest(
        url=f"{address.rstrip('/')}/push/{push.service}/send",
        body=body.encode("utf-8", errors="replace"),
        headers=headers_of(access_token, push.traceparent),
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
    """Return the used percentage of the monthly quota as reported by the gateway; None if it reports none."""
    text = answer.headers.get(QUOTA_HEADER.lower(), "")
    return min(int(text), 100) if PERCENT.fullmatch(text) else None


def text_in(body: dict[str, Any], name: str) -> str:
    """Return the text under this name in the answer's body; empty for anything else."""
    value = body.get(name)
    return value if isinstance(value, str) else ""
