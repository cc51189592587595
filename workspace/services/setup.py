"""What every installation needs before its first request, and after each upgrade."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig, apps
from django.contrib.auth.models import Permission
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from workspace.models import GeneralSettings
from workspace.services.roles import roles_ensure
from workspace.signals import database_ready


class Essentials:
    """Makes what is missing once every app has its tables: receivers of `pre_migrate` and `post_migrate`.

    In between, Django makes the permissions that a new version declares; the built-in roles are given these.
    """

    def __init__(self) -> None:
        self._known: set[int] | None = None

    def before(self, sender: AppConfig, using: str, **_kwargs: Any) -> None:
        """Note which permissions there are; none in a database without tables."""
        if sender == migrated_apps()[0]:
            self._known = set(Permission.objects.values_list("pk", flat=True)) if has_permissions(using) else set()

    def after(self, sender: AppConfig, using: str, **_kwargs: Any) -> None:
        """Make the roles, or give them what is new, and make the workspace's unique id.

        Somebody may migrate one app only, or back: then what needs the tables is made by the run that completes them.
        """
        if sender != migrated_apps()[-1] or not has_permissions(using):
            return
        roles_ensure(known=self._known)
        self._known = None
        if not is_migrated(using):
            return
        if not GeneralSettings.objects.exists():
            GeneralSettings().save()
        database_ready.send(AppConfig)


def has_permissions(using: str) -> bool:
    """Return whether the database has the table of permissions, and with it that of roles."""
    return Permission._meta.db_table in connections[using].introspection.table_names()


def is_migrated(using: str) -> bool:
    """Return whether the database is as this version's models have it."""
    executor = MigrationExecutor(connections[using])
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def migrated_apps() -> list[AppConfig]:
    """Return the apps that are told of migrations, in order; the last is told when all have their permissions."""
    return [app for app in apps.get_app_configs() if app.models_module is not None]


essentials = Essentials()
