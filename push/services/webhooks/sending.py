"""Sends the deliveries that are due, on a thread of its own, until none is due any more.

Each endpoint has few requests in progress, so a slow one delays only its own events.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone

from push.http.engine import Engine
from push.http.requests import HttpAnswer, HttpRequest, Lane
from push.models import WebhookDelivery, WebhookEndpoint
from push.providers.endpoints import EndpointError, endpoint_split, is_trusted, proxied_check
from push.services.webhooks.deliveries import deliveries_claim, delivery_record
from push.services.webhooks.signatures import signature_header
from push.stopping import stop_request
from workspace.database.side_thread import SideThread

# Requests to one endpoint, and of one process, that may be in progress.
PER_ENDPOINT = 4
PER_PROCESS = 100
# Receivers should answer within 15 seconds (Standard Webhooks, "Operational considerations").
CONNECT_SECONDS = 5
ANSWER_SECONDS = 15
LOOK_SECONDS = 0.25

# Neither e-mails nor the cloud wait for slow receivers.
webhook_thread = SideThread()


@dataclass(slots=True)
class InProgress:
    """A request in progress; `answer` is set when it has been answered."""

    endpoint: WebhookEndpoint
    delivery: WebhookDelivery
    started_at: datetime
    answer: HttpAnswer | None = None

    def answered(self, answer: HttpAnswer) -> None:
        self.answer = answer


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
            if self.in_progress:
                self.engine.run(LOOK_SECONDS)
            self.record_answered()

    def begin_due(self) -> bool:
        """Begin requests for endpoints that have fewer than they may; returns whether there were any."""
        busy = Counter(one.endpoint.pk for one in self.in_progress)
        began = False
        for endpoint in WebhookEndpoint.objects.filter(is_enabled=True):
            room = min(PER_ENDPOINT - busy[endpoint.pk], PER_PROCESS - len(self.in_progress))
            if room > 0:
                for delivery in deliveries_claim(endpoint=endpoint, most=room):
                    self.begin(endpoint, delivery)
                    began = True
        return began

    def begin(self, endpoint: WebhookEndpoint, delivery: WebhookDelivery) -> None:
        """Begin a request, or note why none can be made."""
        current = InProgress(endpoint, delivery, timezone.now())
        self.in_progress.append(current)
        try:
            self.engine.begin(request_of(endpoint, delivery), current.answered)
        except EndpointError as error:
            current.answered(HttpAnswer(error=error.message))

    def record_answered(self) -> None:
        """Store the outcomes of the requests that were answered."""
        answered = [one for one in self.in_progress if one.answer is not None]
        self.in_progress = [one for one in self.in_progress if one.answer is None]
        for one in answered:
            assert one.answer is not None
            delivery_record(endpoint=one.endpoint, delivery=one.delivery, answer=one.answer, started_at=one.started_at)


def webhooks_send() -> None:
    """Send the deliveries that are due."""
    engine = Engine(connect_timeout=CONNECT_SECONDS, timeout=ANSWER_SECONDS)
    try:
        SendingRun(engine).run()
    finally:
        engine.close()


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
