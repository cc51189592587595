"""The worker's monitoring port (`METRICS_PORT`), in a process of its own.

A scrape waits for the database. The worker's main process must not, and it is forked, which would copy the locks that
another thread holds.
"""

from __future__ import annotations

import multiprocessing
import signal
import time

from django.conf import settings
from django.db import connections

from workspace.monitoring.port import port_serve

fork = multiprocessing.get_context("fork")

# Seconds until a process that ended is started again.
RESTART_SECONDS = 5.0


class MonitoringPort:
    """The process that serves the port, if there is one."""

    def __init__(self) -> None:
        self._process: multiprocessing.process.BaseProcess | None = None
        self._started_at = float("-inf")
        self.watch()

    def watch(self) -> None:
        """Start the process if it is not running."""
        is_running = self._process is not None and self._process.is_alive()
        if not settings.METRICS_PORT or is_running or time.monotonic() - self._started_at < RESTART_SECONDS:
            return
        # An open connection must not be shared with a forked process.
        connections.close_all()
        self._started_at = time.monotonic()
        self._process = fork.Process(target=_serve, name="monitoring-port", daemon=True)
        self._process.start()

    def stop(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.join()


def _serve() -> None:
    # The handlers of the parent would record a request to stop the whole worker.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    port_serve()
