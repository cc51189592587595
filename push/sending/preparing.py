"""One round: what is handed on of the next item of each claimed user, re-checked and built.

E-mails of one user and room are one e-mail; each of its items keeps its own record and try.
"""

from __future__ import annotations

import logging
import random
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction

from push.content.mail import email_of
from push.content.options import push_content
from push.models import TEST_RULE, Answer, Attempt, Device, EndReason, State
from push.providers.answers import IN_PROGRESS, SendAnswer
from push.providers.routes import DevicePush, Route
from push.selectors.items import Item, items_load, obstacle_of
from push.selectors.routes import Routes, routes_current
from push.selectors.testing import TEST_PATIENCE
from push.sending.attempts import History, Hold, Outcome, attempts_open, history_of
from push.sending.breaker import Breaker, breaker_read
from push.sending.carriers import Capacity, Carriers
from push.sending.queue import items_finish

log = logging.getLogger(__name__)

# What is for a route that accepts no more is tried again after this many seconds, up to twice as many.
CARRIER_WAIT = 5.0


@dataclass(slots=True)
class Parcel:
    """What is about to be handed on: a push to one device, or an e-mail; it is a try of each item that it tells of.

    A push tells of `room` (by its key) and travels by `route`. One without is not sent; `answer` then says why.
    """

    attempts: list[Attempt]
    device: Device | None = None
    room: int | None = None
    push: DevicePush | None = None
    route: Route | None = None
    email: EmailMessage | None = None
    answer: SendAnswer | None = None


@dataclass(slots=True)
class Shipment:
    """Items that are told of together, and what is about to be handed on for them."""

    items: list[Item]
    parcels: list[Parcel]

    @property
    def is_answered(self) -> bool:
        return all(parcel.answer for parcel in self.parcels)


@dataclass(slots=True)
class Round:
    """What is sent of one round's items, and how those ended that nothing is sent of.

    `held` are items with a device whose route carries nothing at the moment.
    """

    token: str
    started_at: datetime
    history: History
    routes: Routes
    breaker: Breaker
    carrier_free_at: datetime
    shipments: list[Shipment] = field(default_factory=list)
    ended: list[tuple[int, Outcome]] = field(default_factory=list)
    held: dict[int, Hold] = field(default_factory=dict)
    # How many pushes each route accepts, by its key.
    capacities: dict[str, Capacity] = field(default_factory=dict)

    @property
    def pushes(self) -> list[Shipment]:
        return [shipment for shipment in self.shipments if not shipment.items[0].is_email]

    @property
    def emails(self) -> list[Shipment]:
        return [shipment for shipment in self.shipments if shipment.items[0].is_email]

    def hold(self, key: int, hold: Hold) -> None:
        """Hold an item back, until the earliest of the moments that its devices ask for."""
        before = self.held.get(key)
        if before is None or hold.until < before.until:
            self.held[key] = hold

    def by_route(self) -> Iterator[tuple[Route, list[Parcel]]]:
        """Yield each route with what travels by it."""
        loads: dict[str, list[Parcel]] = defaultdict(list)
        routes = {}
        for parcel in (parcel for shipment in self.pushes for parcel in shipment.parcels):
            if parcel.route:
                routes[parcel.route.key] = parcel.route
                loads[parcel.route.key].append(parcel)
        yield from ((routes[key], parcels) for key, parcels in loads.items())


def round_prepare(*, keys: Collection[int], token: str, now: datetime) -> Round:
    """Read the items anew, end those that must not be sent any more, and build what is sent of the others."""
    items = items_load(keys=keys, token=token, at=now)
    wait = timedelta(seconds=CARRIER_WAIT * random.uniform(1, 2))  # noqa: S311 (spreads load, guards nothing)
    routes = routes_current({device.app_name for item in items for device in item.devices})
    current = Round(token, now, history_of([item.key for item in items]), routes, breaker_read(now), now + wait)
    # Their user, room or message was deleted, or they have ended since they were claimed: that outcome remains.
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


def companions_of(current: Round, item: Item) -> object:
    """Return what the items have in common that travel in one e-mail; a push has its own key, and no companions.

    What was in one e-mail before is in one again, so that its repetition is the same e-mail.
    """
    if not item.is_email:
        return item.key
    return item.user.pk, item.room.pk, current.history.tried_at(item.key)


def ending_of(current: Round, item: Item) -> Outcome | None:
    """Return how the item ends without being sent; None when it is to be sent."""
    if obstacle := obstacle_of(item):
        return Outcome(State.DROPPED, obstacle)
    if (until := retry_end(item)) and until <= current.started_at and is_repeated(current, item):
        return current.history.outcome(item.key, ()) if current.history.is_tried(item.key) else unsent(item)
    if late_since(current, item) + timedelta(seconds=settings.NOTIFICATION_LIFETIME) <= current.started_at:
        return current.history.expiry(item.key)
    return None if item.is_email else routeless(current, item)


def retry_end(item: Item) -> datetime | None:
    """Return until when the item is retried at most: a test push while its page waits; None for all others."""
    is_test = item.notification.rule == TEST_RULE
    return item.notification.created_at + TEST_PATIENCE if is_test else None


def is_repeated(current: Round, item: Item) -> bool:
    """Return True if the item has been tried or held back before."""
    return item.notification.state == State.RETRYING or current.history.is_tried(item.key)


def unsent(item: Item, hold: Hold | None = None) -> Outcome:
    """Return how an item ends that was held back for too long."""
    return Outcome(State.FAILED, (hold.reason if hold else item.notification.reason) or EndReason.GAVE_UP)


def late_since(current: Round, item: Item) -> datetime:
    """Return the moment that the item's lifetime is counted from: when it was last due.

    What waited for a retry, for the end of quiet hours or for an admin was not late meanwhile. A worker that dies does
    not move that time. What waits for a paused route is looked at again and again, and late since the route was paused,
    or since it came.
    """
    if item.notification.reason == EndReason.ROUTE_PAUSED:
        ways = [(current.routes.of(device), device.app_name) for device in item.devices]
        pauses = [current.breaker.pause_of(way, app) for way, app in ways if isinstance(way, Route)]
        if moments := [pause.paused_at for pause in pauses if pause and pause.paused_at]:
            return max(item.notification.created_at, min(moments))
    return item.notification.due_at


def routeless(current: Round, item: Item) -> Outcome | None:
    """Return how the item ends for which there is no way to any device, and was none before."""
    ways = [current.routes.of(device) for device in item.devices]
    reasons = [way for way in ways if isinstance(way, EndReason)]
    if len(reasons) < len(ways) or current.history.is_accepted(item.key):
        return None
    return Outcome(State.FAILED, reasons[0])


def group_prepare(current: Round, items: list[Item]) -> None:
    """Put what has to be sent of these items now into the round; an item whose content fails to build fails alone."""
    try:
        parcels = email_parcels(current, items) if items[0].is_email else push_parcels(current, items[0])
    except Exception:
        if len(items) > 1:
            for item in items:
                group_prepare(current, [item])
            return
        log.exception("The content of notification %s could not be built.", items[0].key)
        current.ended.append((items[0].key, Outcome(State.FAILED, EndReason.NOT_BUILT)))
        return
    current.shipments.append(Shipment(items, parcels))


def push_parcels(current: Round, item: Item) -> list[Parcel]:
    """Return a push for each device without a definite answer whose time has come, and whose route takes it."""
    content = push_content(item)
    parcels = []
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
            parcels.append(Parcel([attempt], device=device, answer=answer))
        else:
            options = device.kind.payload.message(item, device, content)
            # A batch is answered before its slow devices are; the page of a test, and a second try, wait for these.
            is_single = item.notification.rule == TEST_RULE or attempt.previous_reason == IN_PROGRESS
            push = DevicePush(device, options, is_single=is_single)
            parcels.append(Parcel([attempt], device=device, room=item.room.pk, push=push, route=route))
    return parcels


def hold_of(current: Round, item: Item, device: Device, route: Route) -> Hold | None:
    """Return until when the route carries nothing to the device; None when it does."""
    is_test = item.notification.rule == TEST_RULE
    if until := current.breaker.held_until(route, device, is_test=is_test):
        return Hold(until, EndReason.ROUTE_PAUSED)
    if route.key not in current.capacities:
        current.capacities[route.key] = Carriers.current().of(route).capacity()
    return None if current.capacities[route.key].take(device) else Hold(current.carrier_free_at)


def email_parcels(current: Round, items: Sequence[Item]) -> list[Parcel]:
    """Return the e-mail of the items, but for those that were answered for or whose time has not come.

    While the mail server does not keep up, they are held back.
    """
    if not Carriers.current().email.takes():
        for item in items:
            current.hold(item.key, Hold(current.carrier_free_at))
        return []
    told: list[Item] = []
    attempts: list[Attempt] = []
    for item in items:
        if attempt := current.history.next_try(item.key, None, token=current.token, now=current.started_at):
            told.append(item)
            attempts.append(attempt)
    return [Parcel(attempts, email=email_of(told))] if told else []


@transaction.atomic
def round_open(current: Round) -> None:
    """Save the tries before anything is sent, and how the other items ended."""
    attempts = [attempt for shipment in current.shipments for parcel in shipment.parcels for attempt in parcel.attempts]
    opened = attempts_open(attempts=attempts, token=current.token, now=current.started_at)
    for shipment in current.shipments:
        for parcel in shipment.parcels:
            parcel.attempts = [attempt for attempt in parcel.attempts if attempt.pk in opened]
        shipment.parcels = [parcel for parcel in shipment.parcels if parcel.attempts]
    outcomes_write(current.ended, token=current.token)


def outcomes_write(outcomes: Iterable[tuple[int, Outcome]], *, token: str) -> None:
    """Write the states of items, as far as `token` still holds them."""
    alike: dict[Outcome, list[int]] = defaultdict(list)
    for key, outcome in outcomes:
        alike[outcome].append(key)
    for outcome, keys in alike.items():
        items_finish(keys=keys, token=token, state=outcome.state, reason=outcome.reason, due_at=outcome.due_at)
