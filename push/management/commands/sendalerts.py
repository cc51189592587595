"""`manage.py sendalerts`: alerts administrators to problems, even if neither a worker nor the site is running."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from push.services.alerts.sending import alerts_send


class Command(BaseCommand):
    # It runs every few minutes.
    requires_system_checks = ()
    help = "Alerts administrators to problems, as workers do. A scheduler may run it on another machine than the site."

    def handle(self, *args: Any, **options: Any) -> None:
        alerts_send()
