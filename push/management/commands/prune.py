"""Pruning by hand what the worker otherwise prunes every hour."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from push.services.retention import expired_prune


class Command(BaseCommand):
    help = "Deletes notifications, decisions and pushes that are older than RETENTION_DAYS; counts of outcomes stay."

    def handle(self, *args: Any, **options: Any) -> str:
        while not expired_prune():
            pass
        return "Everything older than the retention time has been pruned."
