"""The database of this installation: which kind it is, and what it contains."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from types import ModuleType

from django.db import connection
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from workspace.backup import postgresql, sqlite
from workspace.backup.manifest import Manifest
from workspace.backup.problems import BackupError
from workspace.models import Message, Room, User

KINDS: dict[str, ModuleType] = {"sqlite": sqlite, "postgresql": postgresql}
COUNTED = {"accounts": User, "rooms": Room, "messages": Message}


def kind_of_database() -> ModuleType:
    """Return the module that copies this installation's database."""
    return KINDS[connection.vendor]


def migrations_applied() -> dict[str, list[str]]:
    """Return the names of the migrations that are applied in the database, by app."""
    applied = defaultdict(list)
    for app, name in sorted(MigrationRecorder(connection).applied_migrations()):
        applied[app].append(name)
    return dict(applied)


def contents_count() -> dict[str, int]:
    """Return how many accounts, rooms and messages the database has; nothing if it has no tables."""
    tables = set(connection.introspection.table_names())
    return {name: model._default_manager.count() for name, model in COUNTED.items() if model._meta.db_table in tables}


def compatibility_check(manifest: Manifest) -> None:
    """Raise BackupError if this installation cannot take the backup's database."""
    if manifest.database != connection.vendor:
        raise BackupError(
            f"The backup's database is {manifest.database}, and this installation uses {connection.vendor}: set "
            "DATABASE_URL to a database of the same kind."
        )
    if manifest.server_version and manifest.server_version > (server := postgresql.server_version()):
        raise BackupError(
            f"The backup was made with PostgreSQL {manifest.server_version}, and this server is version {server}. "
            "Restore it into a server of the same or a newer version."
        )
    disk = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    known_apps = {app for app, _name in disk}
    unknown = [
        f"{app}.{name}"
        for app, names in manifest.migrations.items()
        for name in names
        if app in known_apps and (app, name) not in disk and not is_replaced(app, name, disk)
    ]
    if unknown:
        raise BackupError(
            f"The backup was made by a newer version ({manifest.version}), whose changes of the database this version "
            f"does not know ({unknown[-1]}). Install that version, or a newer one, and restore the backup there."
        )


def is_replaced(app: str, name: str, disk: Mapping[tuple[str, str], Migration]) -> bool:
    """Return True if a squashed migration contains the one of this name."""
    return any((app, name) in getattr(migration, "replaces", []) for migration in disk.values())
