"""Data that every installation needs before its first request and after each upgrade."""

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
    """Creates missing data once all migrations are applied. Its methods receive `pre_migrate` and `post_migrate`.

    Between the two signals, Django creates the permissions of a new version. The built-in roles then receive them.
    """

    def __init__(self) -> None:
        self._known: set[int] | None = None

    def before(self, sender: AppConfig, using: str, **_kwargs: Any) -> None:
        """Remember which permissions exist; none if the database has no tables yet."""
        if sender == migrated_apps()[0]:
            self._known = set(Permission.objects.values_list("pk", flat=True)) if has_permissions(using) else set()

    def after(self, sender: AppConfig, using: str, **_kwargs: Any) -> None:
        """Create or update the roles, and generate the workspace's unique id.

        If only some migrations are applied, the data that depends on the others is created by a later run.
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
    """Return True if the database has the tables of permissions and roles."""
    return Permission._meta.db_table in connections[using].introspection.table_names()


def is_migrated(using: str) -> bool:
    """Return True if all migrations are applied."""
    executor = MigrationExecutor(connections[using])
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def migrated_apps() -> list[AppConfig]:
    """Return the apps that receive migration signals, in order. At the last one, all permissions exist."""
    return [app for app in apps.get_app_configs() if app.models_module is not None]


essentials = Essentials()
