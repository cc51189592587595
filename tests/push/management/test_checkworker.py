"""manage.py checkworker"""

from __future__ import annotations

import socket
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.utils import timezone

from push.models import WorkerBeat
from push.models.worker import ALIVE_FOR

pytestmark = pytest.mark.django_db


def beat(host: str, *, ago: timedelta = timedelta(0)) -> None:
    WorkerBeat.objects.create(name=f"{host}:7", beat_at=timezone.now() - ago)


def test_succeeds_with_a_heartbeat_of_this_machine() -> None:
    beat(socket.gethostname())
    call_command("checkworker")


def test_fails_if_only_another_machine_has_a_heartbeat_or_this_ones_is_old() -> None:
    beat("elsewhere")
    beat(socket.gethostname(), ago=ALIVE_FOR + timedelta(seconds=1))
    with pytest.raises(CommandError, match="No worker on this machine"):
        call_command("checkworker")


def test_an_unavailable_database_is_no_reason_to_restart_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    def unavailable() -> bool:
        raise OperationalError

    monkeypatch.setattr("push.management.commands.checkworker.is_worker_alive_here", unavailable)
    call_command("checkworker")
