"""The health checks of every installation: database, migrations, cache and disk."""

from __future__ import annotations

import shutil

from django.conf import settings
from django.core.cache import cache
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Count, Max
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from workspace.database.troubles import Trouble
from workspace.monitoring.health.registry import Finding, HealthCheck, Resource, Status
from workspace.selectors.database import MIN_FREE_SPACE, is_read_only
from workspace.services.setup import is_migrated

# With less free space in DATA_DIR (bytes), there is a warning.
LOW_SPACE = 8 * MIN_FREE_SPACE
MEGABYTE = 1024 * 1024
FREE_SPACE = _("Free space in DATA_DIR, or move it to a larger disk.")


def installation_checks() -> list[HealthCheck]:
    """Return the checks."""
    return [
        HealthCheck("database", Resource.DATABASE, database_check),
        HealthCheck("migrations", Resource.DATABASE, MigrationsCheck()),
        HealthCheck("cache", Resource.REDIS if settings.REDIS_URL else Resource.HOST, cache_check),
        HealthCheck("disk", Resource.HOST, disk_check),
    ]


def database_check() -> Finding:
    """Check that the database can be read and written."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    if is_read_only():
        advice = _("Check that DATABASE_URL names the primary server, and the permissions of the database's files.")
        return Finding(Status.FAILED, Trouble.READ_ONLY.sentence, advice)
    return Finding(Status.OK)


class MigrationsCheck:
    """Checks that all migrations are applied.

    Comparing them reads all migration files. It is done again only when the number of applied migrations changes.
    """

    def __init__(self) -> None:
        self._complete: object = None

    def __call__(self) -> Finding:
        applied = MigrationRecorder(connection)
        if not applied.has_table():
            return self._incomplete()
        counted = applied.migration_qs.aggregate(Count("pk"), Max("pk"))
        if counted != self._complete:
            if not is_migrated(DEFAULT_DB_ALIAS):
                return self._incomplete()
            self._complete = counted
        return Finding(Status.OK)

    @staticmethod
    def _incomplete() -> Finding:
        detail = _("The database has not been updated to this version.")
        return Finding(Status.FAILED, detail, _("Run “manage.py migrate”."))


def cache_check() -> Finding:
    """Check that the cache stores a value. The site works without it, so a failure is only a warning."""
    key = "health-check"
    try:
        cache.set(key, 1, timeout=60)
        is_stored = cache.get(key) == 1
    except Exception:
        is_stored = False
    if is_stored:
        return Finding(Status.OK)
    detail = _("The cache does not respond. Limits on requests are not counted, and pages take longer.")
    return Finding(Status.WARNING, detail, _("Check that the Redis server (REDIS_URL) is running and reachable."))


def disk_check() -> Finding:
    """Check that there is free space in the folder of the installation's data."""
    free = shutil.disk_usage(settings.DATA_DIR).free
    detail = format_lazy(_("{megabytes} MB are free."), megabytes=free // MEGABYTE)
    if free < MIN_FREE_SPACE:
        return Finding(Status.FAILED, detail, FREE_SPACE)
    if free < LOW_SPACE:
        return Finding(Status.WARNING, detail, FREE_SPACE)
    return Finding(Status.OK, detail)
