"""Sending one round: its pushes by all routes at once, its e-mails, and recording the answers as they come.

The answers are recorded in small batches. An item is finished, and its member's next one may be sent, as soon as the
item's own pushes have been answered.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from functools import partial
from http import HTTPStatus

from django.db import transaction
from django.utils import timezone

from push.http.engine import WITHDRAWN
from push.models import Answer, Device, EndReason
from push.providers.answers import SendAnswer
from push.providers.email.transport import RECIPIENT_REFUSED
from push.providers.routes import Route
from push.selectors.items import Item
from push.sending.answer_inbox import Inbox, UnderWay
from push.sending.attempts import Hold, Outcome, attempts_close, devices_note
from push.sending.breaker import answers_judge
from push.sending.carrier_threads import STOPPED, UNSENT
from push.sending.carriers import Carriers
from push.sending.claiming import Claim, claim_close, claim_extend, claim_narrow, items_begin
from push.sending.database_retries import patiently
from push.sending.preparing import Parcel, Round, Shipment, outcomes_write, retry_end, round_open, round_prepare, unsent
from push.services.changed_messages import changed_meanwhile_note
from push.services.gateway_access import is_renewable, quota_watch, renewals, route_with
from push.services.shown import shown_note
from push.stopping import stop_request
from workspace.services.addresses import address_results_record

# What was not sent because the worker stops.
NOT_SENT = SendAnswer(Answer.HELD)


class Delivery(UnderWay):
    """A round that is being sent. `claim` is the claim on its items, and on others of the same users.

    `keys` are the items that have not been finished.
    """

    def __init__(self, *, keys: Collection[int], claim: Claim, inbox: Inbox) -> None:
        super().__init__(inbox)
        self.claim = claim
        self.keys = set(keys)
        self.begun_at = time.monotonic()
        now = timezone.now()
        items_begin(keys=keys, token=claim.token, now=now)
        self.round = round_prepare(keys=keys, token=claim.token, now=now)
        round_open(self.round)
        self._unanswered: set[int] = set()
        # What was refused for its access token once, by id: a second refusal is the answer.
        self._refused: set[int] = set()

    def send(self) -> None:
        """Send the pushes and e-mails, and record what ends without being sent."""
        self.begun_at = time.monotonic()
        routes = [(route, parcels) for route, parcels in self.round.by_route()]
        emails = [parcel for shipment in self.round.emails for parcel in shipment.parcels if parcel.email]
        self._unanswered.update(id(parcel) for _route, parcels in routes for parcel in parcels)
        self._unanswered.update(id(parcel) for parcel in emails)
        for route, parcels in routes:
            self._send_by(route, parcels)
        messages = [parcel.email for parcel in emails if parcel.email]
        Carriers.current().send_emails(messages, answered=partial(self._answered_at, emails))
        if complete := [shipment for shipment in self.round.shipments if shipment.is_answered]:
            patiently(partial(parcels_record, self.round, [], complete))
        self._finish()

    def waits(self) -> dict[int, datetime]:
        """Return the items that were held back as a whole, and until when: what follows must not overtake them."""
        held = self.round.held
        empty = [shipment.items[0] for shipment in self.round.pushes if not shipment.parcels]
        return {item.key: held[item.key].until for item in empty if item.key in held and not held[item.key].reason}

    @property
    def unanswered(self) -> int:
        return len(self._unanswered)

    def record(self, answers: Sequence[tuple[Parcel, SendAnswer]]) -> set[int]:
        by_route: dict[str, list[tuple[Parcel, SendAnswer]]] = defaultdict(list)
        for parcel, answer in self._unauthorized_resend(answers):
            by_route[parcel.route.key if parcel.route else ""].append((parcel, answer))
        # Even if they cannot be recorded, no other answers will come.
        self._unanswered.difference_update(id(parcel) for load in by_route.values() for parcel, _answer in load)
        for load in by_route.values():
            # An answer that is lost is a push that is sent twice.
            patiently(partial(load_record, self.round, load))
        before = self._users()
        self._finish()
        claim_narrow(self.claim, set(self.claim.keys) - (before.keys() - self.keys))
        return {user for key, user in before.items() if key not in self.keys}

    def extend(self) -> None:
        claim_extend(claim=self.claim)

    def end(self) -> None:
        claim_close(claim=self.claim)

    def _send_by(self, route: Route, parcels: Sequence[Parcel]) -> None:
        pushes = [parcel.push for parcel in parcels if parcel.push]
        Carriers.current().send(pushes, route=route, answered=partial(self._answered_at, parcels))

    def _answered_at(self, parcels: Sequence[Parcel], place: int, answer: SendAnswer) -> None:
        self.answered(parcels[place], answer)

    def _users(self) -> dict[int, int]:
        """Return the users of the items that have not been finished."""
        items = [item for shipment in self.round.shipments for item in shipment.items]
        return {item.key: item.user.pk for item in items if item.key in self.keys}

    def _finish(self) -> None:
        """Forget the items that have been finished."""
        open_items = [item for shipment in self.round.shipments if not shipment.is_answered for item in shipment.items]
        self.keys.intersection_update(item.key for item in open_items)

    def _unauthorized_resend(self, answers: Sequence[tuple[Parcel, SendAnswer]]) -> list[tuple[Parcel, SendAnswer]]:
        """Send once more, with a renewed access token, what was refused for the old one; return the other answers.

        The refused ones stay unanswered while the cloud is asked for the token.
        """
        refused: dict[str, list[tuple[Parcel, SendAnswer]]] = defaultdict(list)
        others = []
        for parcel, answer in answers:
            is_refused = answer.status == HTTPStatus.UNAUTHORIZED and id(parcel) not in self._refused
            if is_refused and parcel.route and is_renewable(parcel.route):
                self._refused.add(id(parcel))
                refused[parcel.route.way.access_token].append((parcel, answer))
            else:
                others.append((parcel, answer))
        for access_token, entries in refused.items():
            renewals.request(access_token, partial(self._resend, entries))
        return others

    def _resend(self, refused: Sequence[tuple[Parcel, SendAnswer]], access_token: str) -> None:
        """Send these with the new access token; without one, the refusal is their answer. Called by any thread."""
        again: dict[str, list[Parcel]] = defaultdict(list)
        for parcel, answer in refused:
            if stop_request.is_made or not access_token or not parcel.route:
                self.answered(parcel, UNSENT if stop_request.is_made else answer)
            else:
                parcel.route = route_with(parcel.route, access_token)
                again[parcel.route.key].append(parcel)
        for parcels in again.values():
            if route := parcels[0].route:
                self._send_by(route, parcels)


def concerned(current: Round, parcels: Iterable[Parcel]) -> list[Shipment]:
    """Return the shipments that these parcels complete."""
    those = {id(parcel) for parcel in parcels}
    return [
        shipment
        for shipment in current.shipments
        if shipment.is_answered and any(id(parcel) in those for parcel in shipment.parcels)
    ]


@transaction.atomic
def load_record(current: Round, load: Sequence[tuple[Parcel, SendAnswer]]) -> None:
    """Record answers of one route, or to e-mails; where they show a misconfiguration, their items wait."""
    parcels, now = [parcel for parcel, _answer in load], timezone.now()
    route, answers = parcels[0].route, [answer for _parcel, answer in load]
    if route:
        answered = [(parcel.device, answer) for parcel, answer in load if parcel.device]
        answers = answers_judge(breaker=current.breaker, route=route, answered=answered, now=now)
    for parcel, answer in zip(parcels, answers, strict=True):
        parcel.answer = answer
        hold = None
        if answer.detail == WITHDRAWN:
            # It was not sent, so it is no try: another worker makes the same one.
            parcel.answer, hold = NOT_SENT, Hold(now)
        elif answer.answer == Answer.UNKNOWN:
            hold = Hold(now)
        elif answer.answer == Answer.HELD and route and parcel.device:
            hold = Hold(current.breaker.held_until(route, parcel.device) or now, EndReason.ROUTE_PAUSED)
        if hold:
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
    answers = [(parcel.device, parcel.answer) for parcel in parcels if parcel.device and parcel.answer]
    devices_note(
        answers=[(device, answer) for device, answer in answers if answer not in (NOT_SENT, STOPPED)],
        sent_at=current.started_at,
        now=now,
    )
    addresses_note(parcels)
    shown_note(accepted=accepted_of(parcels), at=current.started_at)
    if accepted := notifications_accepted(parcels):
        changed_meanwhile_note(notifications=accepted, since=current.started_at)
    quota_watch(parcel.answer for parcel in parcels if parcel.answer)
    for attempt in (attempt for parcel in told for attempt in parcel.attempts):
        current.history.add(attempt)
    items = [item for shipment in complete for item in shipment.items]
    outcomes_write([(item.key, outcome_of(current, item)) for item in items], token=current.token)


def addresses_note(parcels: Iterable[Parcel]) -> None:
    """Note on e-mail addresses that they were refused, or work again."""
    accepted: list[str] = []
    refused: list[str] = []
    for parcel in parcels:
        if parcel.email and parcel.answer:
            if parcel.answer.reason == RECIPIENT_REFUSED:
                refused += parcel.email.to
            elif parcel.answer.answer == Answer.ACCEPTED:
                accepted += parcel.email.to
    if accepted or refused:
        address_results_record(accepted=accepted, refused=refused)


def accepted_of(parcels: Iterable[Parcel]) -> list[tuple[Device, int]]:
    """Return which devices accepted notifications of which rooms (by key)."""
    return [
        (parcel.device, parcel.room)
        for parcel in parcels
        if parcel.device and parcel.room and parcel.answer and parcel.answer.answer == Answer.ACCEPTED
    ]


def notifications_accepted(parcels: Iterable[Parcel]) -> list[int]:
    """Return the keys of the notifications that devices accepted."""
    return [
        attempt.notification_id
        for parcel in parcels
        if parcel.device and parcel.answer and parcel.answer.answer == Answer.ACCEPTED
        for attempt in parcel.attempts
    ]


def outcome_of(current: Round, item: Item) -> Outcome:
    """Return where the item stands after its tries."""
    targets: list[int | None] = [None] if item.is_email else [device.pk for device in item.devices]
    hold, until = current.held.get(item.key), retry_end(item)
    if hold and until and hold.until > until:
        return current.history.outcome(item.key, ()) if current.history.is_tried(item.key) else unsent(item, hold)
    return current.history.outcome(item.key, targets, hold=hold)
