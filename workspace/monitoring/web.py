"""Monitoring of a web process."""

from __future__ import annotations

import threading
from typing import Any

from django.conf import settings

from workspace.monitoring.metrics.declarations import metrics_on
from workspace.monitoring.metrics.http import MeasuredSite
from workspace.monitoring.metrics.web_process import sampling_start
from workspace.monitoring.port import port_serve


def measured(site: Any) -> Any:
    """Return the ASGI application with its requests counted, if metrics are on."""
    return MeasuredSite(site) if metrics_on() else site


def monitoring_start() -> None:
    """Start the threads that metrics need, if they are on."""
    if metrics_on():
        sampling_start()
    if settings.METRICS_PORT:
        threading.Thread(target=port_serve, name="monitoring-port", daemon=True).start()
