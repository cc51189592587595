"""Adding constraints to large tables in migrations, without blocking writes."""

from __future__ import annotations

import re
from typing import Any

from django.db import transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import AddConstraint
from django.db.models import CheckConstraint

UNIQUE = re.compile(r"ALTER TABLE (?P<table>\S+) ADD CONSTRAINT (?P<name>\S+) UNIQUE (?P<columns>\(.*\))$")


class AddConstraintOnline(AddConstraint):
    """Add a check or unique constraint while the table is in use. The migration must have `atomic = False`.

    PostgreSQL checks the existing rows without blocking writes, or builds the index concurrently. Other databases add
    the constraint as usual.
    """

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        if schema_editor.connection.vendor != "postgresql":
            # SQLite copies the table, which must not be left half done.
            with transaction.atomic(using=schema_editor.connection.alias):
                super().database_forwards(app_label, schema_editor, from_state, to_state)
        elif self.allow_migrate_model(schema_editor.connection.alias, model):
            self._add(model, schema_editor)

    def _add(self, model: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
        """Add the constraint in steps. What an interrupted run left behind is removed first."""
        if schema_editor.connection.in_atomic_block:
            raise RuntimeError("AddConstraintOnline needs a migration with `atomic = False`.")
        statement = str(self.constraint.create_sql(model, schema_editor))
        name = schema_editor.quote_name(self.constraint.name)
        table = schema_editor.quote_name(model._meta.db_table)
        schema_editor.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}")
        if isinstance(self.constraint, CheckConstraint):
            schema_editor.execute(f"{statement} NOT VALID", params=None)
            schema_editor.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}")
            return
        schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
        if found := UNIQUE.match(statement):
            schema_editor.execute(f"CREATE UNIQUE INDEX CONCURRENTLY {name} ON {table} {found['columns']}")
            schema_editor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} UNIQUE USING INDEX {name}")
        else:
            # With a condition or an expression, Django uses an index.
            schema_editor.execute(statement.replace("CREATE UNIQUE INDEX", "CREATE UNIQUE INDEX CONCURRENTLY", 1), None)
