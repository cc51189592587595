"""Sending one round: the next item of each claimed user, re-checked, built, sent together, and recorded.

E-mails of one user and room are one e-mail; each of its items keeps its own record and try.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone

from push.content.mail import email_of
from push.content.options import push_content
from push.models import Attempt, Device, EndReason, State
from push.selectors.items import Item, items_load, obstacle_of
from push.selectors.routes import route_current
from push.services.attempts import History, Outcome, attempts_close, attempts_open, devices_note, history_of
from push.services.patience import patiently
from push.services.queue import items_finish
from push.transports.answers import SendAnswer
from push.transports.email import email_send
from push.transports.engine import engine_current
from push.transports.gateway import GatewayPush, GatewayRoute, gateway_send

log = logging.getLogger(__name__)


EMAILS_TOGETHER = 20


@dataclass(slots=True)
class Parcel:
    """What is about to be handed on: a push to one device, or an e-mail; it is a try of each item that it tells of."""

    attempts: list[Attempt]
    device: Device | None = None
    push: GatewayPush | None = None
    email: EmailMessage | None = None


@dataclass(slots=True)
class Shipment:
    """Items that are told of together, and what is about to be handed on for them."""

    items: list[Item]
    parcels: list[Parcel]


@dataclass(slots=True)
class Round:
    """What is sent of one round's items, and how those ended that nothing is sent of."""

    token: str
    started_at: datetime
    history: History
    route: GatewayRoute | EndReason
    shipments: list[Shipment] = field(default_factory=list)
    ended: list[tuple[int, Outcome]] = field(default_factory=list)

    def batches(self) -> Iterator[list[Shipment]]:
        """Yield what is sent and recorded together: all pushes, then the e-mails in small numbers."""
        pushes = [shipment for shipment in self.shipments if not shipment.items[0].is_email]
        emails = [shipment for shipment in self.shipments if shipment.items[0].is_email]
        starts = range(0, len(emails), EMAILS_TOGETHER)
        yield from filter(None, [pushes, *(emails[start : start + EMAILS_TOGETHER] for start in starts)])


def round_deliver(*, keys: Collection[int], token: str, heartbeat: Callable[[], None]) -> None:
    """Send the items that `token` holds, one of each user or one room's e-mails, and record what became of them.

    `heartbeat` is called while waiting for answers.
    """
    current = round_prepare(keys=keys, token=token, now=timezone.now())
    round_open(current)
    for batch in current.batches():
        parcels = [parcel for shipment in batch for parcel in shipment.parcels]
        answers = parcels_send(parcels, route=current.route, heartbeat=heartbeat)
        # An answer that is lost is a push that is sent twice.
        patiently(partial(batch_record, current, batch, answers))


def round_prepare(*, keys: Collection[int], token: str, now: datetime) -> Round:
    """Read the items anew, end those that must not be sent any more, and build what is sent of the others."""
    items = items_load(keys=keys, token=token, at=now)
    current = Round(token, now, history_of([item.key for item in items]), route_current())
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
    """Return how the item ends without being sent; None when it is to be sent.

    The lifetime is counted from the time that the item was last due: what waited for a retry, for the end of quiet
    hours or for an admin was not late meanwhile. A worker that dies does not move that time.
    """
    if obstacle := obstacle_of(item):
        return Outcome(State.DROPPED, obstacle)
    if item.notification.due_at + timedelta(seconds=settings.NOTIFICATION_LIFETIME) <= current.started_at:
        return current.history.expiry(item.key)
    if not item.is_email and isinstance(current.route, EndReason):
        return Outcome(State.FAILED, current.route)
    return None


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
    """Return a push for each device without a definite answer whose time has come."""
    content = push_content(item)
    parcels = []
    for device in item.devices:
        attempt = current.history.next_try(item.key, device.pk, token=current.token, now=current.started_at)
        if attempt:
            push = GatewayPush(service=device.type, token=device.token, options=content.options_for(device))
            parcels.append(Parcel([attempt], device=device, push=push))
    return parcels


def email_parcels(current: Round, items: Sequence[Item]) -> list[Parcel]:
    """Return the e-mail of the items, but for those that were answered for or whose time has not come."""
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


def parcels_send(
    parcels: Sequence[Parcel], *, route: GatewayRoute | EndReason, heartbeat: Callable[[], None]
) -> list[tuple[Parcel, SendAnswer]]:
    """Send everything, pushes and e-mails, and return the answers."""
    pushed = [parcel for parcel in parcels if parcel.push]
    mailed = [parcel for parcel in parcels if parcel.email]
    answers = email_send([parcel.email for parcel in mailed if parcel.email], heartbeat=heartbeat)
    if pushed and isinstance(route, GatewayRoute):
        pushes = [parcel.push for parcel in pushed if parcel.push]
        answers += gateway_send(pushes, route=route, engine=engine_current(), heartbeat=heartbeat)
    return list(zip(mailed + pushed, answers, strict=True))


@transaction.atomic
def batch_record(current: Round, batch: Sequence[Shipment], answers: Sequence[tuple[Parcel, SendAnswer]]) -> None:
    """Close the tries by their answers, note them on the devices, and write where each item stands now."""
    now = timezone.now()
    attempts_close(answers=[(parcel.attempts, answer) for parcel, answer in answers], token=current.token, now=now)
    devices_note(
        answers=[(parcel.device, answer) for parcel, answer in answers if parcel.device],
        sent_at=current.started_at,
        now=now,
    )
    for attempt in (attempt for parcel, _answer in answers for attempt in parcel.attempts):
        current.history.add(attempt)
    items = [item for shipment in batch for item in shipment.items]
    outcomes_write([(item.key, outcome_of(current, item)) for item in items], token=current.token)


def outcome_of(current: Round, item: Item) -> Outcome:
    """Return where the item stands after its tries."""
    targets: list[int | None] = [None] if item.is_email else [device.pk for device in item.devices]
    return current.history.outcome(item.key, targets)


def outcomes_write(outcomes: Iterable[tuple[int, Outcome]], *, token: str) -> None:
    """Write the states of items, as far as `token` still holds them."""
    alike: dict[Outcome, list[int]] = defaultdict(list)
    for key, outcome in outcomes:
        alike[outcome].append(key)
    for outcome, keys in alike.items():
        items_finish(keys=keys, token=token, state=outcome.state, reason=outcome.reason, due_at=outcome.due_at)
