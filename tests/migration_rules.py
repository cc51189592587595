"""What a migration must not do, so that the site stays in use during an upgrade with five million rows in a table.

Two things are checked without a database: that no operation holds a lock on a large table for long on PostgreSQL, and
that processes of the previous version can still read and write what the migration has changed.
docs/operate/upgrade.md explains how to write such migrations.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from django.apps import apps
from django.contrib.postgres.operations import NotInTransactionMixin
from django.db import models
from django.db.backends.postgresql.base import DatabaseWrapper
from django.db.migrations import Migration, operations
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models.fields import NOT_PROVIDED

from workspace.database.constraint_operations import AddConstraintOnline
from workspace.database.data_operations import RunInBatches
from workspace.setting_groups import SettingsGroup

# Tables with few rows, whatever the size of the workspace. All others count as large.
SMALL = {
    *("cloud.cloudconnection", "cloud.pendingregistration", "cloud.signingkey", "cloud.termsversion"),
    *("cloud.installedlicence", "cloud.ownquota"),
    *("push.vapidkeys", "push.approute", "push.gatewayapp", "push.providervalue", "push.routestate"),
    *("workspace.integration", "workspace.roledetails"),
}
GROWING = re.compile(r"character varying\((\d+)\)|varchar\((\d+)\)|text")


def problems_of(migration: Migration, state: ProjectState) -> Iterator[str]:
    """Yield what the migration does wrong, and apply its operations to the state."""
    created: set[str] = set()
    for operation in migration.operations:
        for single in parts_of(operation):
            if isinstance(single, operations.CreateModel):
                created.add(single.name_lower)
            yield from operation_problems(migration, single, state, created)
        operation.state_forwards(migration.app_label, state)


def parts_of(operation: Operation) -> list[Operation]:
    """Return the operations that change the database."""
    is_separate = isinstance(operation, operations.SeparateDatabaseAndState)
    return list(operation.database_operations) if is_separate else [operation]


def operation_problems(
    migration: Migration, operation: Operation, state: ProjectState, created: set[str]
) -> Iterator[str]:
    name = f"{migration.app_label}.{migration.name}: {operation.describe()}"
    if isinstance(operation, NotInTransactionMixin | AddConstraintOnline | RunInBatches) and migration.atomic:
        yield f"{name}: set `atomic = False` in the migration"
    if isinstance(operation, operations.RunPython | operations.RunSQL):
        yield f"{name}: change rows with RunInBatches (workspace/database/data_operations.py), with `atomic = False`"
    if isinstance(operation, operations.RenameModel | operations.AlterModelTable | operations.DeleteModel):
        yield f"{name}: the previous version still uses the table; remove it in the release after the next one"
        return
    table = getattr(operation, "model_name_lower", None)
    if table is None or table in created or is_small(f"{migration.app_label}.{table}"):
        return
    yield from (f"{name}: {problem}" for problem in table_problems(operation, state, (migration.app_label, table)))


def is_small(label: str) -> bool:
    """Return True for a table that always has few rows."""
    try:
        return label in SMALL or issubclass(apps.get_model(label), SettingsGroup)
    except LookupError:
        return False


def table_problems(operation: Operation, state: ProjectState, model: tuple[str, str]) -> Iterator[str]:
    """Yield what is wrong with an operation on a large table that exists already."""
    match operation:
        case NotInTransactionMixin() | AddConstraintOnline():
            return
        case operations.AddIndex():
            yield "it blocks writes; use AddIndexOnline (workspace/database/index_operations.py)"
        case operations.AddConstraint():
            yield "it blocks writes; use AddConstraintOnline (workspace/database/constraint_operations.py)"
        case operations.AddField():
            yield from added_field_problems(operation.field)
        case operations.AlterField():
            yield from altered_field_problems(state.models[model].fields[operation.name], operation.field)
        case operations.RenameField() | operations.RemoveField():
            yield "the previous version still uses the column; remove it in the release after the next one"


def added_field_problems(field: models.Field) -> Iterator[str]:
    if isinstance(field, models.GeneratedField):
        yield "a generated column rewrites the table"
    if isinstance(field, models.ManyToManyField):
        return
    if not field.null and field.db_default is NOT_PROVIDED:
        yield "the previous version cannot add rows; set `db_default` or `null=True`"
    if is_indexed(field):
        yield "its index blocks writes; set `db_index=False`, and add the index with AddIndexOnline"
    if has_foreign_key(field):
        yield "checking the foreign key blocks writes; set `db_constraint=False`"


def altered_field_problems(before: models.Field, after: models.Field) -> Iterator[str]:
    if column_type(before) != column_type(after) and not grows(before, after):
        yield "changing the type rewrites the table; add a new column and copy the values in batches"
    if before.null and not after.null:
        yield "it reads the whole table; add a check constraint with AddConstraintOnline instead"
    if is_indexed(after) and not is_indexed(before):
        yield "its index blocks writes; use AddIndexOnline or AddConstraintOnline"
    if has_foreign_key(after) and not has_foreign_key(before):
        yield "checking the foreign key blocks writes; set `db_constraint=False`"


def is_indexed(field: models.Field) -> bool:
    return bool(field.db_index or field.unique)


def has_foreign_key(field: models.Field) -> bool:
    return isinstance(field, models.ForeignKey) and field.db_constraint


@cache
def postgresql() -> DatabaseWrapper:
    """Return PostgreSQL's types, without a connection."""
    return DatabaseWrapper({"NAME": "", "OPTIONS": {}, "TIME_ZONE": None}, alias="types")


def column_type(field: models.Field) -> str | None:
    """Return the column's type on PostgreSQL; that of a foreign key is the other table's."""
    return "key" if isinstance(field, models.ForeignKey) else field.db_type(postgresql())


def grows(before: models.Field, after: models.Field) -> bool:
    """Return True if a text column only gets a higher limit, or none: PostgreSQL then changes no row."""
    was, becomes = (GROWING.fullmatch(column_type(field) or "") for field in (before, after))
    if was is None or becomes is None:
        return False
    return limit_of(becomes) >= limit_of(was)


def limit_of(match: re.Match[str]) -> float:
    return float(match[1] or match[2] or "inf")
