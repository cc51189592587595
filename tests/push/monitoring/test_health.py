"""The health checks of the broker, the worker and the clocks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from push.models import WorkerBeat
from push.monitoring import health
from push.worker.heartbeat import Heartbeat
from tests.push.conftest import Post, queue
from workspace.models import User
from workspace.monitoring.health.registry import Status, health_checks

pytestmark = pytest.mark.django_db


def test_every_check_has_a_name_of_its_own() -> None:
    names = [check.name for check in health_checks()]
    assert names == ["database", "migrations", "cache", "disk", "broker", "worker", "clock"]


def test_the_broker_answers() -> None:
    assert health.broker_check().status is Status.OK


def test_without_a_worker_a_workspace_is_not_ready() -> None:
    finding = health.worker_check()
    assert (finding.status, str(finding.detail)) == (Status.FAILED, "No worker is running, so nothing is sent.")
    assert str(finding.advice) == "Start “manage.py runworker”."


def test_a_worker_that_stopped_is_noticed() -> None:
    Heartbeat().beat()
    assert str(health.worker_check().detail) == "1 worker running."
    with time_machine.travel(timezone.now() + timedelta(minutes=2), tick=False):
        finding = health.worker_check()
    assert (finding.status, str(finding.detail)[:20]) == (Status.FAILED, "No heartbeat for 120")


def test_a_cloud_alone_is_ready_without_a_worker(settings: Any) -> None:
    settings.ROLES = {"cloud"}
    assert health.worker_check().status is Status.WARNING


def test_clocks_that_agree() -> None:
    Heartbeat().beat()
    assert health.clock_check().status is Status.OK


@pytest.mark.parametrize(("seconds", "status"), [(5, Status.WARNING), (120, Status.FAILED)], ids=str)
def test_a_worker_whose_clock_is_ahead(seconds: int, status: Status) -> None:
    WorkerBeat.objects.create(name="other:1", beat_at=timezone.now() + timedelta(seconds=seconds))
    finding = health.clock_check()
    assert finding.status is status
    assert "a worker's server" in str(finding.detail)


def test_the_clock_of_the_database_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "skews", lambda: [(0.0, ""), (-40.0, "the database server")])
    finding = health.clock_check()
    assert str(finding.detail) == "The clocks of this server and the database server differ by 40.0 s."
    assert finding.status is Status.FAILED


def test_work_that_is_not_started_is_a_warning(receiver: User, post: Post) -> None:
    queue(receiver, post(), due_in=-30)
    assert health.clock_check().status is Status.OK
    queue(receiver, post(), due_in=-90)
    finding = health.clock_check()
    assert (finding.status, str(finding.detail)[:25]) == (Status.WARNING, "Work has been due for 90 ")
