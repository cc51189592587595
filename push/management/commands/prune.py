"""Delete expired rows now. The worker also does this every hour."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from push.services.retention import expired_prune


class Command(BaseCommand):
    help = "Deletes notifications, decisions and pushes older than RETENTION_DAYS. Counts of outcomes are not deleted."

    def handle(self, *args: Any, **options: Any) -> str:
        while not expired_prune():
            pass
        return "Deleted everything older than the retention time."
