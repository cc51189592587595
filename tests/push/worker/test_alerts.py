"""Real web processes alert administrators to a worker that has died."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from push.models import InstallationAlert, WorkerBeat
from push.models.worker import ALIVE_FOR
from push.services.alerts.sending import LASTS
from push.services.provider_values import provider_configure
from tests.fakes.apprise import FakeService
from tests.push.streams.conftest import WebProcess
from tests.push.worker.conftest import WorkerProcess
from tests.waiting import fault_last, wait_until

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]


def test_a_killed_worker_is_alerted_to_once_although_two_web_processes_notice_it(
    start_worker: Callable[..., WorkerProcess], settings: Any
) -> None:
    with FakeService() as service:
        settings.WEB_PUSH_PRIVATE_HOSTS = [service.host]
        provider_configure(kind="apprise", is_enabled=False, values={"alerts": service.gotify})
        worker = start_worker()
        environment = {"WORKER_WATCH_SECONDS": "1", "WEB_PUSH_PRIVATE_HOSTS": service.host}
        web: list[WebProcess] = []
        try:
            for _number in range(2):
                web.append(WebProcess(**environment))
                web[-1].wait()
            worker.stop(signal.SIGKILL)
            assert not dead_worker().exists()
            WorkerBeat.objects.update(beat_at=timezone.now() - ALIVE_FOR)
            wait_until(lambda: dead_worker().exists())
            dead_worker().update(since=timezone.now() - LASTS)
            wait_until(lambda: len(service.messages) > 0)
            # Both look at it again and again.
            fault_last(4)
        finally:
            logs = [line for process in web for line in process.log()]
    assert len(service.messages) == 1, service.messages
    assert "heartbeat" in service.messages[0]
    assert not [line for line in logs if "alerts.watch_failed" in line]


def dead_worker() -> Any:
    return InstallationAlert.objects.filter(key="health worker")
