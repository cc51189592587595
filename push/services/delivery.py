"""Sending one round: its pushes by all routes at once, its e-mails, and recording what became of each.

A route that takes long is not waited for: what travels by it stays claimed and is recorded by a thread of its own,
while the worker goes on with others.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, wait
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from http import HTTPStatus

from django.db import connection, transaction
from django.utils import timezone

from push.models import Answer, Device, EndReason
from push.selectors.items import Item
from push.services.attempts import Hold, Outcome, attempts_close, devices_note
from push.services.breaker import answers_judge
from push.services.carriers import Answers, Carriers
from push.services.claims import Claim, claim_close, claim_extend, claim_kept, claim_part, items_begin
from push.services.gateway_access import access_keep, quota_watch, route_renewed
from push.services.patience import patiently
from push.services.rounds import Parcel, Round, Shipment, outcomes_write, round_open, round_prepare
from push.services.shown import shown_note
from push.tasks import enqueue
from push.transports.answers import SendAnswer
from push.transports.email import email_send

EMAILS_TOGETHER = 20
# After this many seconds the worker goes on without the routes that have not answered.
ROUTES_WAIT = 2.0
BEAT_SECONDS = 0.5


@dataclass(slots=True)
class Left:
    """Items of a round that what follows them must not overtake: those under way, and those held back for a while."""

    under_way: set[int] = field(default_factory=set)
    held: dict[int, datetime] = field(default_factory=dict)

    def concerns(self, keys: Iterable[int]) -> bool:
        """Return whether one of these items is among them."""
        return any(key in self.under_way or key in self.held for key in keys)

    def waits(self, keys: Iterable[int]) -> datetime | None:
        """Return until when the last of these items is held back; None where none is."""
        return max((self.held[key] for key in keys if key in self.held), default=None)


def round_deliver(*, keys: Collection[int], claim: Claim) -> Left:
    """Send the items that the claim holds, one of each user or one room's e-mails, and record what became of them.

    The claim is extended while waiting for answers. Returns what is left of the round.
    """
    heartbeat = partial(claim_extend, claim=claim)
    access_keep()
    now = timezone.now()
    items_begin(keys=keys, token=claim.token, now=now)
    current = round_prepare(keys=keys, token=claim.token, now=now)
    round_open(current)
    loads = round_send(current)
    # What was not sent, or has nothing to be sent, needs no waiting.
    if unsent := written(current):
        patiently(partial(parcels_record, current, [], unsent))
    answers_await(current, loads, heartbeat=heartbeat, seconds=ROUTES_WAIT)
    emails_send(current, claim=claim)
    answers_await(current, loads, heartbeat=heartbeat, seconds=0)
    under_way = {item.key for shipment in current.pushes if not shipment.is_answered for item in shipment.items}
    if under_way:
        linger(current, loads, claim=claim_part(claim, under_way))
    # What waits for a paused route holds up nothing else.
    return Left(under_way, {key: hold.until for key, hold in current.held.items() if not hold.reason})


def round_send(current: Round) -> dict[Answers, list[Parcel]]:
    """Hand each route's pushes to its carrier, and return them by the answers to come."""
    return {
        Carriers.current().send([parcel.push for parcel in parcels if parcel.push], route=route): parcels
        for route, parcels in current.by_route()
    }


def answers_await(
    current: Round, loads: dict[Answers, list[Parcel]], *, heartbeat: Callable[[], None], seconds: float
) -> None:
    """Record the answers of each route as they come, for that long; those that have come are taken out of `loads`."""
    end = time.monotonic() + seconds
    while loads:
        left = end - time.monotonic()
        done, _waiting = wait(loads, timeout=max(0.0, min(left, BEAT_SECONDS)), return_when=FIRST_COMPLETED)
        for load in done:
            answered = unauthorized_resend(current, loads, list(zip(loads.pop(load), load.result(), strict=True)))
            # An answer that is lost is a push that is sent twice.
            if answered:
                patiently(partial(load_record, current, answered))
        if left <= 0 and not done:
            return
        heartbeat()


def unauthorized_resend(
    current: Round, loads: dict[Answers, list[Parcel]], answered: list[tuple[Parcel, SendAnswer]]
) -> list[tuple[Parcel, SendAnswer]]:
    """Send once more, with a renewed authorization, what was refused for the old one; returns the other answers."""
    refused = [parcel for parcel, answer in answered if answer.status == HTTPStatus.UNAUTHORIZED]
    route = refused[0].route if refused else None
    if route is None or route.key in current.renewed:
        return answered
    current.renewed.add(route.key)
    renewed = route_renewed(route)
    if renewed is None:
        return answered
    for parcel in refused:
        parcel.route = renewed
    again = Carriers.current().send([parcel.push for parcel in refused if parcel.push], route=renewed)
    loads[again] = refused
    return [(parcel, answer) for parcel, answer in answered if parcel.route is not renewed]


def linger(current: Round, loads: dict[Answers, list[Parcel]], *, claim: Claim) -> None:
    """Wait for the last answers in a thread of its own; within a transaction, which no thread can share, right here."""

    def stay() -> None:
        answers_await(current, loads, heartbeat=partial(claim_extend, claim=claim), seconds=float("inf"))
        claim_close(claim=claim)

    def stay_alone() -> None:
        try:
            stay()
        finally:
            connection.close()
        # What waited behind it is due.
        enqueue("dispatch")

    if connection.in_atomic_block:
        stay()
    else:
        threading.Thread(target=stay_alone, name="push-lingering").start()


def emails_send(current: Round, *, claim: Claim) -> None:
    """Send the round's e-mails, a few at a time, and record what became of them.

    A mail server may take long over each word of a conversation, so the claim is kept meanwhile.
    """
    emails = current.emails
    for start in range(0, len(emails), EMAILS_TOGETHER):
        batch = emails[start : start + EMAILS_TOGETHER]
        parcels = [parcel for shipment in batch for parcel in shipment.parcels]
        with claim_kept(claim):
            answers = email_send([parcel.email for parcel in parcels if parcel.email])
        for parcel, answer in zip(parcels, answers, strict=True):
            parcel.answer = answer
        patiently(partial(parcels_record, current, parcels, batch))


def written(current: Round) -> list[Shipment]:
    """Return the pushes of which nothing is sent: their devices have answered, or have no route."""
    return [shipment for shipment in current.pushes if shipment.is_answered]


def concerned(current: Round, parcels: Iterable[Parcel]) -> list[Shipment]:
    """Return the shipments that these parcels complete."""
    those = {id(parcel) for parcel in parcels}
    return [
        shipment
        for shipment in current.pushes
        if shipment.is_answered and any(id(parcel) in those for parcel in shipment.parcels)
    ]


@transaction.atomic
def load_record(current: Round, load: Sequence[tuple[Parcel, SendAnswer]]) -> None:
    """Record what was answered of one route's pushes; where that tells of a misconfiguration, their items wait."""
    parcels, now = [parcel for parcel, _answer in load], timezone.now()
    route = parcels[0].route
    assert route
    answered = [(parcel.device, answer) for parcel, answer in load if parcel.device]
    judged = answers_judge(breaker=current.breaker, route=route, answered=answered, now=now)
    for parcel, (device, _said), answer in zip(parcels, answered, judged, strict=True):
        parcel.answer = answer
        if answer.answer == Answer.HELD:
            hold = Hold(current.breaker.held_until(route, device) or now, EndReason.ROUTE_PAUSED)
            for attempt in parcel.attempts:
                current.hold(attempt.notification_id, hold)
    parcels_record(current, parcels, concerned(current, parcels))


@transaction.atomic
def parcels_record(current: Round, parcels: Sequence[Parcel], complete: Sequence[Shipment]) -> None:
    """Close the tries by their answers, note them on the devices, and write where each complete item stands now."""
    now = timezone.now()
    unsent = [parcel for shipment in complete for parcel in shipment.parcels if parcel.answer and not parcel.route]
    told = list({id(parcel): parcel for parcel in (*parcels, *unsent)}.values())
    attempts_close(
        answers=[(parcel.attempts, parcel.answer) for parcel in told if parcel.answer], token=current.token, now=now
    )
    devices_note(
        answers=[(parcel.device, parcel.answer) for parcel in parcels if parcel.device and parcel.answer],
        sent_at=current.started_at,
        now=now,
    )
    shown_note(accepted=accepted_of(parcels), at=current.started_at)
    quota_watch(parcel.answer for parcel in parcels if parcel.answer)
    for attempt in (attempt for parcel in told for attempt in parcel.attempts):
        current.history.add(attempt)
    items = [item for shipment in complete for item in shipment.items]
    outcomes_write([(item.key, outcome_of(current, item)) for item in items], token=current.token)


def accepted_of(parcels: Iterable[Parcel]) -> list[tuple[Device, int]]:
    """Return which devices accepted notifications of which rooms (by key)."""
    return [
        (parcel.device, parcel.room)
        for parcel in parcels
        if parcel.device and parcel.room and parcel.answer and parcel.answer.answer == Answer.ACCEPTED
    ]


def outcome_of(current: Round, item: Item) -> Outcome:
    """Return where the item stands after its tries."""
    targets: list[int | None] = [None] if item.is_email else [device.pk for device in item.devices]
    return current.history.outcome(item.key, targets, hold=current.held.get(item.key))
