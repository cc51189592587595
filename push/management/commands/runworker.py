"""The worker: a clock, and the processes that decide who is notified and send the notifications."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from push.worker.clock import Clock
from push.worker.cluster import TaskProcesses
from push.worker.monitoring_port import MonitoringPort
from push.worker.processes import StopRequest, children_bind
from workspace.logs.events import LogEvent

WORKER_STARTED = LogEvent(
    "worker.started",
    "The worker is ready.",
)
WORKER_STOPPED = LogEvent(
    "worker.stopped",
    "The worker has stopped as it was asked to.",
)


class Command(BaseCommand):
    help = "Decides who is notified of messages and sends notifications, until stopped by SIGTERM or Ctrl-C."

    def handle(self, *args: Any, **options: Any) -> str:
        children_bind()
        stop = StopRequest()
        stop.listen()
        port, processes, clock = MonitoringPort(), TaskProcesses(), Clock()
        WORKER_STARTED.log()
        while not stop.is_made():
            clock.rest(clock.tick(), until_readable=[stop.fileno()])
            processes.watch(unattended=clock.unattended_seconds())
            port.watch()
        processes.stop()
        clock.stop()
        port.stop()
        WORKER_STOPPED.log()
        return "The worker has stopped."
