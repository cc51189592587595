"""Sends a prepared round: its pushes on all routes at once, and its e-mails. Responses are recorded as they arrive."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from functools import partial
from http import HTTPStatus

from django.utils import timezone

from push.providers.answers import SendAnswer
from push.providers.routes import Route
from push.sending.answer_inbox import Inbox, InFlight
from push.sending.carrier_threads import UNSENT
from push.sending.carriers import Carriers
from push.sending.claiming import Claim, claim_close, claim_extend, claim_narrow, items_begin
from push.sending.database_retries import write_with_retries
from push.sending.preparing import (
    Delivery,
    round_open,
    round_prepare,
)
from push.sending.recording import deliveries_record, load_record
from push.sending.spans import round_trace
from push.services.gateway_access import is_renewable, renewals, route_with
from push.stopping import stop_request
from workspace.tracing.spans import tracing_on


class DeliveryRound(InFlight):
    """A round that is being sent. `claim` is the claim on its items, and on other items of the same users.

    `keys` are the items that are not finished.
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
        if tracing_on():
            round_trace(self.round)
        self._unanswered: set[int] = set()
        # The ids of deliveries whose access token was refused once; a second refusal is final.
        self._refused: set[int] = set()

    def send(self) -> None:
        """Send the pushes and e-mails, and record the items that need nothing sent."""
        self.begun_at = time.monotonic()
        routes = [(route, deliveries) for route, deliveries in self.round.by_route()]
        emails = [delivery for group in self.round.emails for delivery in group.deliveries if delivery.email]
        self._unanswered.update(id(delivery) for _route, deliveries in routes for delivery in deliveries)
        self._unanswered.update(id(delivery) for delivery in emails)
        for route, deliveries in routes:
            self._send_by(route, deliveries)
        messages = [delivery.email for delivery in emails if delivery.email]
        Carriers.current().send_emails(messages, answered=partial(self._answered_at, emails))
        if complete := [group for group in self.round.groups if group.is_answered]:
            write_with_retries(partial(deliveries_record, self.round, [], complete))
        self._finish()

    def waits(self) -> dict[int, datetime]:
        """Return when each item that was held back entirely is due again; later items must not overtake it."""
        held = self.round.held
        empty = [group.items[0] for group in self.round.pushes if not group.deliveries]
        return {item.key: held[item.key].until for item in empty if item.key in held and not held[item.key].reason}

    @property
    def unanswered(self) -> int:
        return len(self._unanswered)

    def record(self, answers: Sequence[tuple[Delivery, SendAnswer]]) -> set[int]:
        by_route: dict[str, list[tuple[Delivery, SendAnswer]]] = defaultdict(list)
        for delivery, answer in self._unauthorized_resend(answers):
            by_route[delivery.route.key if delivery.route else ""].append((delivery, answer))
        # Even if recording fails, there will be no other responses.
        self._unanswered.difference_update(id(delivery) for load in by_route.values() for delivery, _answer in load)
        for load in by_route.values():
            # If a response were lost, the push would be sent twice.
            write_with_retries(partial(load_record, self.round, load))
        before = self._users()
        self._finish()
        claim_narrow(self.claim, set(self.claim.keys) - (before.keys() - self.keys))
        return {user for key, user in before.items() if key not in self.keys}

    def extend(self) -> None:
        claim_extend(claim=self.claim)

    def end(self) -> None:
        claim_close(claim=self.claim)

    def _send_by(self, route: Route, deliveries: Sequence[Delivery]) -> None:
        pushes = [delivery.push for delivery in deliveries if delivery.push]
        Carriers.current().send(pushes, route=route, answered=partial(self._answered_at, deliveries))

    def _answered_at(self, deliveries: Sequence[Delivery], place: int, answer: SendAnswer) -> None:
        self.answered(deliveries[place], answer)

    def _users(self) -> dict[int, int]:
        """Return the user of each item that is not finished."""
        items = [item for group in self.round.groups for item in group.items]
        return {item.key: item.user.pk for item in items if item.key in self.keys}

    def _finish(self) -> None:
        """Remove finished items from `keys`."""
        open_items = [item for group in self.round.groups if not group.is_answered for item in group.items]
        self.keys.intersection_update(item.key for item in open_items)

    def _unauthorized_resend(self, answers: Sequence[tuple[Delivery, SendAnswer]]) -> list[tuple[Delivery, SendAnswer]]:
        """Resend the deliveries whose access token was refused, with a new token; return the other responses.

        The resent ones stay unanswered while the token is requested from the cloud.
        """
        refused: dict[str, list[tuple[Delivery, SendAnswer]]] = defaultdict(list)
        others = []
        for delivery, answer in answers:
            is_refused = answer.status == HTTPStatus.UNAUTHORIZED and id(delivery) not in self._refused
            if is_refused and delivery.route and is_renewable(delivery.route):
                self._refused.add(id(delivery))
                refused[delivery.route.way.access_token].append((delivery, answer))
            else:
                others.append((delivery, answer))
        for access_token, entries in refused.items():
            renewals.request(access_token, partial(self._resend, entries))
        return others

    def _resend(self, refused: Sequence[tuple[Delivery, SendAnswer]], access_token: str) -> None:
        """Send these with the new access token; without one, the refusal is final. Called from any thread."""
        again: dict[str, list[Delivery]] = defaultdict(list)
        for delivery, answer in refused:
            if stop_request.is_made or not access_token or not delivery.route:
                self.answered(delivery, UNSENT if stop_request.is_made else answer)
            else:
                delivery.route = route_with(delivery.route, access_token)
                again[delivery.route.key].append(delivery)
        for deliveries in again.values():
            if route := deliveries[0].route:
                self._send_by(route, deliveries)
