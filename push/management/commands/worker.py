"""The worker: the clock and the processes that decide and send."""

from __future__ import annotations

import logging
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connections
from django_q.cluster import Cluster

from push.services.clock import Clock
from push.worker.processes import StopRequest, children_bind

log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Decides upon messages and sends notifications, until stopped by SIGTERM or Ctrl-C."

    def handle(self, *args: Any, **options: Any) -> str:
        children_bind()
        stop = StopRequest()
        cluster = cluster_start(stop)
        clock = Clock()
        log.info("The worker is ready.")
        while not stop.wait(clock.tick()):
            if not cluster.sentinel.is_alive():
                log.error("The worker's processes have ended; new ones are started.")
                cluster = cluster_start(stop)
        cluster.stop()
        clock.stop()
        return "The worker has stopped."


def cluster_start(stop: StopRequest) -> Cluster:
    """Start the processes that take tasks from the broker; requests to stop are heard here, not by the cluster."""
    # An open connection must not be shared with a forked process.
    connections.close_all()
    cluster = Cluster()
    stop.listen()
    cluster.start()
    return cluster
