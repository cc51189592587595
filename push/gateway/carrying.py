"""Carrying pushes from the gateway to Apple, Google or the sandbox."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence

from push.credentials.sending import AppleCredentials, GoogleCredentials
from push.gateway.apps import AppKeys
from push.gateway.requests import Order
from push.gateway.runtime import Runtime
from push.models import Answer, DeviceType
from push.providers.registry import provider_current
from push.transports.answers import SendAnswer
from push.transports.apple import apple_steps
from push.transports.engine_thread import EngineBusyError, engine_thread_current
from push.transports.google import google_steps
from push.transports.steps import steps_run_async

# Apple's answer to a token of its other service.
OTHER_SERVICE = "BadDeviceToken"
BUSY = SendAnswer(Answer.RETRY, detail="The gateway is busy", reason="busy")
NO_KEYS = SendAnswer(Answer.UNAUTHORIZED, detail="This gateway lacks keys for the app", reason="no_keys")

Way = AppleCredentials | GoogleCredentials | None


async def orders_carry(orders: Sequence[tuple[Order, AppKeys | None]], runtime: Runtime) -> list[SendAnswer]:
    """Hand the pushes on, those of one app together, and return what was said of each, in the same order."""
    ways: dict[tuple[bool, Way], list[int]] = defaultdict(list)
    answers: dict[int, SendAnswer] = {}
    for index, (order, keys) in enumerate(orders):
        if keys is None:
            ways[True, None].append(index)
        elif (way := way_of(order, keys)) is None:
            answers[index] = NO_KEYS
        else:
            ways[False, way].append(index)
    carried = await asyncio.gather(
        *(carry([orders[index][0] for index in places], way, runtime) for (_sandbox, way), places in ways.items())
    )
    for places, found in zip(ways.values(), carried, strict=True):
        answers |= dict(zip(places, found, strict=True))
    await elsewhere(orders, answers, runtime)
    return [answers[index] for index in range(len(orders))]


def way_of(order: Order, keys: AppKeys) -> Way:
    """Return what the push is sent with first; None where the app has no such keys."""
    if order.push.type == DeviceType.GCM:
        return keys.google
    if order.production is not None:
        return keys.apple if order.production else keys.apple_development
    return keys.apple or keys.apple_development


async def carry(orders: Sequence[Order], way: Way, runtime: Runtime) -> list[SendAnswer]:
    """Hand the pushes on by one way."""
    pushes = [order.push for order in orders]
    if way is None:
        return await runtime.run(sandbox_send, orders)
    steps = (
        apple_steps(pushes, credentials=way)
        if isinstance(way, AppleCredentials)
        else google_steps(pushes, credentials=way)
    )
    try:
        return await steps_run_async(steps, engine_thread_current())
    except EngineBusyError:
        return [BUSY] * len(orders)


async def elsewhere(
    orders: Sequence[tuple[Order, AppKeys | None]], answers: dict[int, SendAnswer], runtime: Runtime
) -> None:
    """Try Apple's development service for tokens that its production service does not know.

    Servers of other kinds do not tell which of the two a token is for. It counts as dead where neither knows it.
    """
    again: dict[AppleCredentials, list[int]] = defaultdict(list)
    for index, (order, keys) in enumerate(orders):
        both = keys and keys.apple and order.production is None and keys.apple_development
        if both and answers[index].reason == OTHER_SERVICE:
            again[both].append(index)
    for way, places in again.items():
        found = await carry([orders[index][0] for index in places], way, runtime)
        told = zip(places, found, strict=True)
        answers |= {index: answer for index, answer in told if answer.answer != Answer.UNAUTHORIZED}


def sandbox_send(orders: Sequence[Order]) -> list[SendAnswer]:
    """Hand the pushes to the sandbox."""
    provider = provider_current()
    assert provider is not None
    answers = [provider.send(order.push) for order in orders]
    return [SendAnswer(answer.answer, detail=answer.reason) for answer in answers]
