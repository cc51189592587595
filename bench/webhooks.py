"""Deliveries per second of outgoing webhooks, from rows in the queue to their recorded outcome.

    DATABASE_URL=postgres://... .venv/bin/python bench/webhooks.py [DELIVERIES]

One process sends them on one thread, as a task process of the worker does, to a receiver in another process that
answers at once or after 20 ms. In the last case, the receiver of another webhook answers only after 10 s; the rate is
that of the first one until its last answer. The CPU time is that of the sending thread.

Target on an idle machine: at least 500 deliveries per second.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.scaffold import BASE_DIR, analyze, database

# isort: split
from django.conf import settings
from django.utils import timezone

from push.models import WebhookDelivery, WebhookEndpoint, WebhookEvent, WebhookTry
from push.services.webhooks.endpoints import endpoint_save
from push.services.webhooks.events import OutgoingEvent, events_store
from push.services.webhooks.sending import webhooks_send

DELIVERIES = 5_000
# Enough to occupy all requests that one webhook may have in progress.
HELD_DELIVERIES = 40


def main() -> None:
    deliveries = int(sys.argv[1]) if len(sys.argv) > 1 else DELIVERIES
    with database(), receiver() as swift, receiver("delay=0.02") as slower, receiver("delay=10") as held:
        settings.WEB_PUSH_PRIVATE_HOSTS = [swift, slower, held]
        measure("answers at once", endpoint_of(swift), deliveries)
        measure("answers after 20 ms", endpoint_of(slower), deliveries)
        fill(endpoint_of(held), HELD_DELIVERIES)
        measure("answers at once, next to one that does not answer", endpoint_of(swift), deliveries)


@contextmanager
def receiver(*arguments: str) -> Iterator[str]:
    """Start a receiver, and yield its host and port."""
    command = [sys.executable, str(BASE_DIR / "bench" / "swift_gateway.py"), *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        yield f"127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def endpoint_of(host: str) -> WebhookEndpoint:
    """Create a webhook for the receiver at this host."""
    values = {"name": host, "url": f"http://{host}/", "events": [WebhookEvent.SENT], "is_enabled": True}
    return endpoint_save(endpoint=WebhookEndpoint(), **values)


def fill(endpoint: WebhookEndpoint, deliveries: int) -> None:
    """Store this many events for the endpoint."""
    now = timezone.now()
    data = {"notification": "1", "user": "u" * 17, "room": "r" * 17, "message": "m" * 17, "rule": "mentioned"}
    events = [OutgoingEvent(f"{endpoint.pk} {number}", data, now) for number in range(deliveries)]
    events_store(WebhookEvent.SENT, events, endpoints=[endpoint.pk])
    analyze()


def measure(title: str, endpoint: WebhookEndpoint, deliveries: int) -> None:
    """Send this many events, and print how many were delivered per second."""
    fill(endpoint, deliveries)
    begun, cpu = timezone.now(), time.thread_time()
    webhooks_send()
    used = time.thread_time() - cpu
    tries = WebhookTry.objects.filter(delivery__endpoint=endpoint, delivery__state=WebhookDelivery.State.DELIVERED)
    ends = [
        started_at + timedelta(seconds=seconds) for started_at, seconds in tries.values_list("started_at", "seconds")
    ]
    if len(ends) != deliveries:
        raise RuntimeError(f"{len(ends)} of {deliveries} were delivered.")
    rate = deliveries / (max(ends) - begun).total_seconds()
    print(f"{title:55}{rate:8,.0f}/s{used / deliveries * 1e6:10,.0f} µs of CPU each", flush=True)


if __name__ == "__main__":
    main()
