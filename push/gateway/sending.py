"""Sending pushes from the gateway to Apple, Google or the sandbox."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from typing import Any

from push.gateway.apps import AppKeys
from push.gateway.requests import PushRequest
from push.gateway.runtime import Runtime
from push.http.engine_thread import EngineBusyError, engine_thread_current
from push.models import Answer
from push.providers.answers import SendAnswer
from push.providers.meanings import unanswered
from push.providers.pushes import Push
from push.providers.registry import providers_by_type
from push.providers.sandbox.current import provider_current
from push.providers.steps import Part, Steps
from workspace.logs.events import LogEvent

FORWARDING_BROKEN = LogEvent(
    "push.forwarding_broken",
    "The gateway could not send a push because of a defect in the code of the provider.",
    level=logging.ERROR,
)

# Apple's response to a token of its other service.
OTHER_SERVICE = "BadDeviceToken"
BUSY = SendAnswer(Answer.RETRY, detail="The gateway is busy", reason="busy")
BROKEN = SendAnswer(Answer.RETRY, detail="The gateway could not send this")
NO_KEYS = SendAnswer(Answer.UNAUTHORIZED, detail="This gateway lacks keys for the app", reason="no_keys")
# Responses are yielded in batches: all of them, or those that arrived within this time (seconds).
TOGETHER_SECONDS = 0.4


async def send_pushes(
    orders: Sequence[tuple[PushRequest, AppKeys | None]], runtime: Runtime
) -> AsyncIterator[dict[int, SendAnswer]]:
    """Send the pushes and yield their responses, by index, as they arrive."""
    answers: dict[int, SendAnswer] = {}
    sandboxed: list[int] = []
    parts: list[Part] = []
    for index, (order, keys) in enumerate(orders):
        if keys is None:
            sandboxed.append(index)
        elif (credentials := credentials_of(order, keys)) is None:
            answers[index] = NO_KEYS
        else:
            parts.append(Part((index,), push_request_steps(order.push, credentials, fallback_credentials(order, keys))))
    try:
        sending = engine_thread_current().submit(parts, unanswered=unanswered) if parts else None
    except EngineBusyError:
        sending = None
        answers |= {part.places[0]: BUSY for part in parts}
    if sandboxed:
        sandbox_answers = await runtime.run(sandbox_send, [orders[index][0] for index in sandboxed])
        answers |= dict(zip(sandboxed, sandbox_answers, strict=True))
    if sending:
        last = asyncio.wrap_future(sending.future)
        yielded: set[int] = set()
        while not last.done():
            await asyncio.wait([last], timeout=TOGETHER_SECONDS)
            answers |= {place: answer for place, answer in sending.answers.copy().items() if place not in yielded}
            yielded.update(answers)
            if answers and not last.done():
                yield answers
                answers = {}
        answers |= {place: answer for place, answer in sending.answers.items() if place not in yielded}
    yield answers


def credentials_of(order: PushRequest, keys: AppKeys) -> Any:
    """Return the credentials for the first attempt; None if the app has none for the requested service."""
    fields = providers_by_type()[order.push.type].key_fields
    if order.production is None or not (fields and fields.has_development):
        return keys.production or keys.development
    return keys.production if order.production else keys.development


def fallback_credentials(order: PushRequest, keys: AppKeys) -> Any:
    """Return the credentials of the development service for a second attempt, or None.

    Other chat servers do not specify the service of a token. The token counts as invalid if neither service knows it.
    """
    return keys.development if keys.production and order.production is None else None


def push_request_steps(push: Push, credentials: Any, fallback: Any) -> Steps:
    """Send one push; raises nothing, so that other pushes are not affected."""
    try:
        (answer,) = yield from send_steps(push, credentials)
        if fallback and answer.reason == OTHER_SERVICE:
            (second,) = yield from send_steps(push, fallback)
            if second.answer != Answer.UNAUTHORIZED:
                return [second]
        return [answer]
    except Exception:
        FORWARDING_BROKEN.exception()
        return [BROKEN]


def send_steps(push: Push, credentials: Any) -> Steps:
    """Send one push with these credentials."""
    send = providers_by_type()[push.type].push_steps
    assert send is not None
    return send([push], credentials=credentials)


def sandbox_send(orders: Sequence[PushRequest]) -> list[SendAnswer]:
    """Send the pushes to the sandbox."""
    provider = provider_current()
    assert provider is not None
    answers = [provider.send(order.push) for order in orders]
    return [SendAnswer(answer.answer, detail=answer.reason) for answer in answers]
