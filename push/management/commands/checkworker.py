"""`manage.py checkworker`: the health check of a worker's container."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import Error

from push.selectors.workers import is_worker_alive_here


class Command(BaseCommand):
    # It runs every minute: only the heartbeat matters.
    requires_system_checks = ()
    help = "Fails unless a worker on this machine has recorded a heartbeat recently."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            is_alive = is_worker_alive_here()
        except Error:
            # The worker waits for the database to return; a restart would not help.
            return
        if not is_alive:
            raise CommandError("No worker on this machine has recorded a heartbeat recently.")
