"""A worker that is asked to stop under load."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from push.http.engine import WITHDRAWN
from push.models import Answer, Attempt, ClaimedItem, Device, Lease, Notification, State
from push.stopping import STOP_SECONDS
from tests.fakes.gateway import FakeGateway, Reply
from tests.push.worker.conftest import WorkerProcess
from tests.push.worker.storm import MEMBERS, Storm

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

SLOW = 3
# What the processes themselves take to end, on a machine that does other things as well.
MARGIN = 3.0
# Claims that outlast the test: what comes back was put back.
ENVIRONMENT = {"CLAIM_LEASE": "600", "RETRY_BASE": "1"}


@pytest.fixture
def go_on() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


def test_it_stops_in_time_and_another_worker_sends_the_rest(
    start_worker: Callable[..., WorkerProcess], gateway: FakeGateway, go_on: threading.Event
) -> None:
    storm = Storm(gateway)
    slow = set(Device.objects.order_by("pk").values_list("token", flat=True)[:SLOW])
    for token in slow:
        gateway.script(token, Reply(hold=go_on))
    worker = start_worker(**ENVIRONMENT)
    storm.post(60)
    gateway.wait(lambda fake: len(fake.accepted) > 2 * MEMBERS and slow <= {one.token for one in fake.received})

    begun = time.monotonic()
    assert worker.stop() == 0
    assert time.monotonic() - begun < STOP_SECONDS + MARGIN
    assert not ClaimedItem.objects.exists()
    assert not Lease.objects.exists()
    assert not Attempt.objects.filter(answer=Answer.SENDING).exists()
    assert not Attempt.objects.filter(detail=WITHDRAWN).exists()
    unknown = Attempt.objects.filter(answer=Answer.UNKNOWN)
    assert set(unknown.values_list("device__token", flat=True)) == slow

    go_on.set()
    start_worker(**ENVIRONMENT)
    storm.wait_until_over()
    assert set(Notification.objects.values_list("state", flat=True)) == {State.SENT}
    # Only pushes without a response were sent again.
    sent = Counter(one.options["identity"] for one in gateway.received)
    repeated = {one.token for one in gateway.received if sent[one.options["identity"]] > 1}
    assert len(sent) == 60 * MEMBERS
    assert repeated == slow
