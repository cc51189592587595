"""Prepares one round: checks the next item of each claimed user again, and builds its pushes or its e-mail.

Items of one user and room that are sent by e-mail share one e-mail; each keeps its own attempts.
"""

from __future__ import annotations

import logging
import random
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction

from push.content.mail import email_of
from push.content.options import PushContents
from push.models import TEST_RULE, Answer, Attempt, Device, EndReason, State
from push.providers.answers import IN_PROGRESS, SendAnswer
from push.providers.routes import DevicePush, Route
from push.selectors.items import Item, items_load, obstacle_of
from push.selectors.routes import Routes, routes_current
from push.selectors.testing import TEST_TIMEOUT
from push.sending.attempts import History, Hold, Outcome, attempts_open, history_of
from push.sending.breaker import Breaker, breaker_read
from push.sending.carriers import Capacity, Carriers
from push.sending.outcomes import outcomes_write
from workspace.logs.events import LogEvent

if TYPE_CHECKING:
    from workspace.tracing.sdk import OpenSpan

CONTENT_NOT_BUILT = LogEvent(
    "content.not_built",
    "The content of a push or e-mail could not be built, so it is not sent. This is a defect; please report it.",
    {"notification": "the number of the notification", "message": "the public id of the message"},
    logging.ERROR,
)

# Deliveries on a full route are retried after this many seconds, up to twice as many.
CARRIER_WAIT = 5.0


@dataclass(slots=True)
class Delivery:
    """A push to one device, or an e-mail, with the attempt of each item that it contains.

    A push belongs to a `room` (its key) and uses a `route`. Without a route it is not sent, and `answer` is the reason.
    `span` is that of sending it, while traces are on.
    """

    attempts: list[Attempt]
    device: Device | None = None
    room: int | None = None
    push: DevicePush | None = None
    route: Route | None = None
    email: EmailMessage | None = None
    answer: SendAnswer | None = None
    span: OpenSpan | None = None


@dataclass(slots=True)
class ItemGroup:
    """Items that are sent together, and their deliveries."""

    items: list[Item]
    deliveries: list[Delivery]

    @property
    def is_answered(self) -> bool:
        return all(delivery.answer for delivery in self.deliveries)


@dataclass(slots=True)
class PreparedRound:
    """The deliveries of a round, and the outcomes of items for which nothing is sent.

    `held` contains the items with a device whose route is paused or full at the moment.
    """

    token: str
    started_at: datetime
    history: History
    routes: Routes
    breaker: Breaker
    carrier_free_at: datetime
    groups: list[ItemGroup] = field(default_factory=list)
    ended: list[tuple[int, Outcome]] = field(default_factory=list)
    held: dict[int, Hold] = field(default_factory=dict)
    # How many more pushes each route accepts, by the key of the route.
    capacities: dict[str, Capacity] = field(default_factory=dict)
    # The items by their keys.
    items: dict[int, Item] = field(default_factory=dict)
    contents: PushContents = field(default_factory=PushContents)

    @property
    def pushes(self) -> list[ItemGroup]:
        return [group for group in self.groups if not group.items[0].is_email]

    @property
    def emails(self) -> list[ItemGroup]:
        return [group for group in self.groups if group.items[0].is_email]

    def hold(self, key: int, hold: Hold) -> None:
        """Hold an item back until the earliest time that any of its devices needs."""
        before = self.held.get(key)
        if before is None or hold.until < before.until:
            self.held[key] = hold

    def by_route(self) -> Iterator[tuple[Route, list[Delivery]]]:
        """Yield each route with its deliveries."""
        loads: dict[str, list[Delivery]] = defaultdict(list)
        routes = {}
        for delivery in (delivery for group in self.pushes for delivery in group.deliveries):
            if delivery.route:
                routes[delivery.route.key] = delivery.route
                loads[delivery.route.key].append(delivery)
        yield from ((routes[key], deliveries) for key, deliveries in loads.items())


def round_prepare(*, keys: Collection[int], token: str, now: datetime) -> PreparedRound:
    """Read the items again, end those that must no longer be sent, and build the deliveries of the others."""
    items = items_load(keys=keys, token=token, at=now)
    wait = timedelta(seconds=CARRIER_WAIT * random.uniform(1, 2))  # noqa: S311 (spreads load, guards nothing)
    routes = routes_current({device.app_name for item in items for device in item.devices})
    history = history_of([item.key for item in items if item.is_tried])
    current = PreparedRound(token, now, history, routes, breaker_read(now), now + wait)
    current.items = {item.key: item for item in items}
    # Their user, room or message was deleted, or they ended after they were claimed; that outcome remains.
    gone = set(keys) - {item.key for item in items}
    current.ended += [(key, Outcome(State.DROPPED, EndReason.ACCESS_LOST)) for key in gone]
    together: dict[object, list[Item]] = defaultdict(list)
    for item in items:
        if ending := ending_of(current, item):
            current.ended.append((item.key, ending))
        else:
            together[companions_of(current, item)].append(item)
    for group in together.values():
        group_prepare(current, group)
    return current


def companions_of(current: PreparedRound, item: Item) -> object:
    """Return the group key: items with the same key share an e-mail. A push is alone in its group.

    Items that were in one e-mail before are grouped again, so that a retry is the same e-mail.
    """
    if not item.is_email:
        return item.key
    return item.user.pk, item.room.pk, current.history.tried_at(item.key)


def ending_of(current: PreparedRound, item: Item) -> Outcome | None:
    """Return the outcome of an item that must not be sent; None if it must be sent."""
    if obstacle := obstacle_of(item):
        return Outcome(State.DROPPED, obstacle)
    if (until := retry_end(item)) and until <= current.started_at and is_repeated(current, item):
        return current.history.outcome(item.key, ()) if current.history.is_tried(item.key) else unsent(item)
    if late_since(current, item) + timedelta(seconds=settings.NOTIFICATION_LIFETIME) <= current.started_at:
        return current.history.expiry(item.key)
    return None if item.is_email else routeless(current, item)


def retry_end(item: Item) -> datetime | None:
    """Return when retries of the item end: for a test push, when its page stops waiting; None for other items."""
    is_test = item.notification.rule == TEST_RULE
    return item.notification.created_at + TEST_TIMEOUT if is_test else None


def is_repeated(current: PreparedRound, item: Item) -> bool:
    """Return True if the item was attempted or held back before."""
    return item.notification.state == State.RETRYING or current.history.is_tried(item.key)


def unsent(item: Item, hold: Hold | None = None) -> Outcome:
    """Return the outcome of an item that was held back for too long."""
    return Outcome(State.FAILED, (hold.reason if hold else item.notification.reason) or EndReason.GAVE_UP)


def late_since(current: PreparedRound, item: Item) -> datetime:
    """Return when the lifetime of the item began: when it was last due.

    Time spent waiting for a retry, for the end of quiet hours or for an admin does not count. A worker that dies does
    not change it. An item that waits for a paused route is checked again and again; its lifetime began when the route
    was paused, or when the item was created if that was later.
    """
    if item.notification.reason == EndReason.ROUTE_PAUSED:
        ways = [(current.routes.of(device), device.app_name) for device in item.devices]
        pauses = [current.breaker.pause_of(way, app) for way, app in ways if isinstance(way, Route)]
        if moments := [pause.paused_at for pause in pauses if pause and pause.paused_at]:
            return max(item.notification.created_at, min(moments))
    return item.notification.due_at


def routeless(current: PreparedRound, item: Item) -> Outcome | None:
    """Return the outcome of an item if no device has a route, and none accepted it before."""
    ways = [current.routes.of(device) for device in item.devices]
    reasons = [way for way in ways if isinstance(way, EndReason)]
    if len(reasons) < len(ways) or current.history.is_accepted(item.key):
        return None
    return Outcome(State.FAILED, reasons[0])


def group_prepare(current: PreparedRound, items: list[Item]) -> None:
    """Add the deliveries of these items to the round. If building one item fails, only that item fails."""
    try:
        deliveries = email_deliveries(current, items) if items[0].is_email else push_deliveries(current, items[0])
    except Exception:
        if len(items) > 1:
            for item in items:
                group_prepare(current, [item])
            return
        CONTENT_NOT_BUILT.exception(notification=items[0].key, message=items[0].notification.message.public_id)
        current.ended.append((items[0].key, Outcome(State.FAILED, EndReason.NOT_BUILT)))
        return
    current.groups.append(ItemGroup(items, deliveries))


def push_deliveries(current: PreparedRound, item: Item) -> list[Delivery]:
    """Return a push for each device that has no final response, is due, and whose route accepts it."""
    content = current.contents.of(item)
    deliveries = []
    for device in item.devices:
        route = current.routes.of(device)
        attempt = current.history.next_try(item.key, device.pk, token=current.token, now=current.started_at)
        if attempt is None:
            continue
        attempt.retry_until = retry_end(item)
        if isinstance(route, Route):
            attempt.route = route.key
            if hold := hold_of(current, item, device, route):
                current.hold(item.key, hold)
                continue
        if isinstance(route, EndReason):
            answer = SendAnswer(Answer.NO_ROUTE, detail=str(route.label))
            deliveries.append(Delivery([attempt], device=device, answer=answer))
        else:
            options = device.kind.payload.message(item, device, content)
            # A batch is answered before its slow devices are. Tests and second attempts need theirs.
            is_single = item.notification.rule == TEST_RULE or attempt.previous_reason == IN_PROGRESS
            push = DevicePush(device, options, is_single=is_single)
            deliveries.append(Delivery([attempt], device=device, room=item.room.pk, push=push, route=route))
    return deliveries


def hold_of(current: PreparedRound, item: Item, device: Device, route: Route) -> Hold | None:
    """Return a hold if the route is paused or full for the device; None if it can send now."""
    is_test = item.notification.rule == TEST_RULE
    if until := current.breaker.held_until(route, device, is_test=is_test):
        return Hold(until, EndReason.ROUTE_PAUSED)
    if route.key not in current.capacities:
        current.capacities[route.key] = Carriers.current().of(route).capacity()
    return None if current.capacities[route.key].take(device) else Hold(current.carrier_free_at)


def email_deliveries(current: PreparedRound, items: Sequence[Item]) -> list[Delivery]:
    """Return the e-mail of the items, without items that have a final response or are not due.

    While the mail server does not keep up, the items are held back.
    """
    if not Carriers.current().email.takes():
        for item in items:
            current.hold(item.key, Hold(current.carrier_free_at))
        return []
    due_items: list[Item] = []
    attempts: list[Attempt] = []
    for item in items:
        if attempt := current.history.next_try(item.key, None, token=current.token, now=current.started_at):
            due_items.append(item)
            attempts.append(attempt)
    return [Delivery(attempts, email=email_of(due_items))] if due_items else []


@transaction.atomic
def round_open(current: PreparedRound) -> None:
    """Save the attempts before anything is sent, and the outcomes of the other items."""
    attempts = [attempt for group in current.groups for delivery in group.deliveries for attempt in delivery.attempts]
    opened = attempts_open(attempts=attempts, token=current.token, now=current.started_at)
    for group in current.groups:
        for delivery in group.deliveries:
            delivery.attempts = [attempt for attempt in delivery.attempts if attempt.pk in opened]
        group.deliveries = [delivery for delivery in group.deliveries if delivery.attempts]
    outcomes_write(current.ended, token=current.token, items=current.items)
