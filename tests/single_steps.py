"""The migrations one by one, without the squashed ones that replace them in a new installation."""

from __future__ import annotations

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader


class SingleStepsLoader(MigrationLoader):
    """Loads the replaced migrations instead of the squashed ones, and those that follow them."""

    def load_disk(self) -> None:
        super().load_disk()
        squashed = {key: migration for key, migration in self.disk_migrations.items() if migration.replaces}
        for key in squashed:
            del self.disk_migrations[key]
        for migration in self.disk_migrations.values():
            migration.dependencies = [
                (app, max(squashed[app, name].replaces)[1]) if (app, name) in squashed else (app, name)
                for app, name in migration.dependencies
            ]


def single_steps_executor() -> MigrationExecutor:
    """Return an executor that can migrate the database to the states that a squashed migration skips."""
    executor = MigrationExecutor(connection)
    executor.loader = SingleStepsLoader(connection)
    return executor
