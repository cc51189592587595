"""Outgoing webhooks and a worker that is killed while it sends them."""

from __future__ import annotations

import signal
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from push.models import WebhookDelivery
from push.services.webhooks.endpoints import test_send as send_test
from push.services.webhooks.sending import PER_ENDPOINT
from tests.fakes.gateway import Reply
from tests.fakes.webhook_receiver import FakeReceiver
from tests.push.services.webhooks.conftest import endpoint_of
from tests.push.worker.conftest import WorkerProcess
from tests.waiting import wait_until

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

EVENTS = 100
State = WebhookDelivery.State


def test_a_killed_worker_loses_no_event_and_repeats_only_those_in_progress(
    start_worker: Callable[..., WorkerProcess], settings: Any
) -> None:
    with FakeReceiver() as receiving:
        settings.WEB_PUSH_PRIVATE_HOSTS = [receiving.host]
        endpoint = endpoint_of(receiving)
        answered, held = 30, threading.Event()
        receiving.replies.extend([Reply(204)] * answered + [Reply(204, hold=held)] * PER_ENDPOINT)
        for _number in range(EVENTS):
            send_test(endpoint=endpoint)
        environment = {"WEB_PUSH_PRIVATE_HOSTS": receiving.host, "WORKERS": "1"}
        worker = start_worker(**environment)
        wait_until(lambda: len(receiving.received) == answered + PER_ENDPOINT)
        wait_until(lambda: deliveries(State.DELIVERED) == answered)
        worker.stop(signal.SIGKILL)
        held.set()
        # The end of the dead worker's claims.
        WebhookDelivery.objects.filter(state=State.WAITING).update(next_at=timezone.now())
        start_worker(**environment)
        wait_until(lambda: deliveries(State.DELIVERED) == EVENTS)
        times = Counter(receiving.ids)
    assert len(times) == EVENTS
    assert set(times.values()) == {1, 2}
    assert sum(count == 2 for count in times.values()) == PER_ENDPOINT


def deliveries(state: str) -> int:
    return WebhookDelivery.objects.filter(state=state).count()
