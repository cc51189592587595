"""Sends the deliveries that are due, on a thread of its own, until none is due any more.

Each endpoint has a limited number of requests in progress, so a slow one delays only its own events. Claims and
outcomes are written for many deliveries together. If the process is killed, deliveries in progress are repeated, with
the same ids.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone

from push.http.engine import Engine, engine_current
from push.http.requests import HttpAnswer, HttpRequest, Lane
from push.models import WebhookDelivery, WebhookEndpoint
from push.providers.endpoints import EndpointError, endpoint_split, is_trusted, proxied_check
from push.services.webhooks.deliveries import Outcome, deliveries_claim, endpoints_due, outcomes_record
from push.services.webhooks.signatures import signature_header
from push.stopping import stop_request
from workspace.database.side_thread import SideThread

# Requests to one endpoint, and of one process, that may be in progress or unrecorded. A failing endpoint
# has few, which each endpoint may always have, even if slow receivers use up all of the process's requests.
PER_ENDPOINT = 40
PER_PROCESS = 200
ALWAYS_PER_ENDPOINT = 4
# Receivers should answer within 15 seconds (Standard Webhooks, "Operational considerations").
CONNECT_SECONDS = 5
ANSWER_SECONDS = 15
LOOK_SECONDS = 0.25
# Answers that arrive within this time (seconds) after one are recorded together with it.
GATHER_SECONDS = 0.01

# Neither e-mails nor the cloud wait for slow receivers.
webhook_thread = SideThread()


@dataclass(slots=True)
class InProgress:
    """A request in progress; `outcome` is set when it has been answered."""

    endpoint: WebhookEndpoint
    delivery: WebhookDelivery
    started_at: datetime
    outcome: Outcome | None = None

    def answered(self, answer: HttpAnswer) -> None:
        self.outcome = Outcome(self.endpoint, self.delivery, answer, self.started_at, timezone.now())


@dataclass(slots=True)
class SendingRun:
    """Sends deliveries until none is due, or the worker stops."""

    engine: Engine
    in_progress: list[InProgress] = field(default_factory=list)

    def run(self) -> None:
        """Send everything that is due."""
        while True:
            began = not stop_request.is_made and self.begin_due()
            if not self.in_progress and not began:
                return
            if stop_request.answers_are_over:
                # Their claims end, and another worker sends them again, with the same ids.
                return
            self.await_answers()
            self.record_answered()

    def begin_due(self) -> bool:
        """Begin requests for endpoints that have fewer than they may; returns whether there were any."""
        endpoints = {endpoint.pk: endpoint for endpoint in endpoints_due(timezone.now())}
        claimed = deliveries_claim(self.room_of(endpoints.values())) if endpoints else []
        for delivery in claimed:
            self.begin(endpoints[delivery.endpoint_id], delivery)
        return bool(claimed)

    def room_of(self, endpoints: Iterable[WebhookEndpoint]) -> dict[int, int]:
        """Return how many more requests each of the endpoints may have, if any, by the endpoint's key."""
        busy = Counter(one.endpoint.pk for one in self.in_progress)
        left = PER_PROCESS - len(self.in_progress)
        room = {}
        # Those with the fewest requests first, so that the others do not use up what is left.
        for endpoint in sorted(endpoints, key=lambda endpoint: busy[endpoint.pk]):
            allowed = ALWAYS_PER_ENDPOINT if endpoint.failing_since else PER_ENDPOINT
            most = max(min(allowed - busy[endpoint.pk], left), ALWAYS_PER_ENDPOINT - busy[endpoint.pk])
            if most > 0:
                room[endpoint.pk] = most
                left -= most
        return room

    def begin(self, endpoint: WebhookEndpoint, delivery: WebhookDelivery) -> None:
        """Begin a request, or note why none can be made."""
        current = InProgress(endpoint, delivery, timezone.now())
        self.in_progress.append(current)
        try:
            self.engine.begin(request_of(endpoint, delivery), current.answered)
        except EndpointError as error:
            current.answered(HttpAnswer(error=error.message))

    def await_answers(self) -> None:
        """Wait for an answer, and shortly for further ones."""
        if any(one.outcome is None for one in self.in_progress):
            self.engine.run(LOOK_SECONDS)
        until = time.monotonic() + GATHER_SECONDS
        while (left := until - time.monotonic()) > 0 and any(one.outcome is None for one in self.in_progress):
            self.engine.run(left)

    def record_answered(self) -> None:
        """Store the outcomes of the requests that were answered."""
        outcomes = [one.outcome for one in self.in_progress if one.outcome is not None]
        if outcomes:
            outcomes_record(outcomes)
        self.in_progress = [one for one in self.in_progress if one.outcome is None]


def webhooks_send() -> None:
    """Send the deliveries that are due. Connections stay open for the next time."""
    engine = engine_current(connect_timeout=CONNECT_SECONDS, timeout=ANSWER_SECONDS)
    try:
        SendingRun(engine).run()
    finally:
        engine.abandon(lambda _done: True)


def request_of(endpoint: WebhookEndpoint, delivery: WebhookDelivery) -> HttpRequest:
    """Return the signed request. The signature contains the time of this try; the id is the same for all."""
    parts = endpoint_split(endpoint.url)
    proxied_check(parts)
    body, timestamp = delivery.body.encode(), int(time.time())
    signed = signature_header(delivery.event_id, timestamp, body, secrets=endpoint.secrets_at(timezone.now()))
    return HttpRequest(
        url=endpoint.url,
        body=body,
        headers=(
            "Content-Type: application/json",
            "User-Agent: Callboard",
            f"webhook-id: {delivery.event_id}",
            f"webhook-timestamp: {timestamp}",
            f"webhook-signature: {signed}",
        ),
        lane=Lane(f"webhook {endpoint.pk}", concurrency=PER_ENDPOINT, public_only=not is_trusted(parts)),
    )
