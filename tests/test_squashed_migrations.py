"""The squashed migrations create what the replaced ones do, and databases in between are upgraded to the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from tests.other_databases import IS_SQLITE, database_create, database_drop
from tests.single_steps import SingleStepsLoader, single_steps_executor

# The last state at which every app still needs one of its replaced migrations.
HALFWAY = [
    ("workspace", "0036_data_exports_and_retention"),
    ("preferences", "0004_quiet_hours_in_use"),
    ("cloud", "0008_secret_addresses"),
    ("push", "0020_retries_of_decisions"),
]
POSTGRESQL_SCHEMA = (
    # Columns, with their types, defaults and what is generated.
    """SELECT relname, attname, format_type(atttypid, atttypmod), attnotnull, attidentity, attgenerated, attcollation,
        pg_get_expr(adbin, adrelid)
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
        LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S', 'v') AND attnum > 0 AND NOT attisdropped""",
    "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    # The database names the checks of positive numbers by itself, with a digest if they are added later.
    """SELECT conrelid::regclass, regexp_replace(conname, '_[0-9a-f]{8}_check$', '_check'), contype, convalidated,
        condeferrable, condeferred, pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace""",
    # Storage options, such as the fill factor.
    "SELECT relname, relkind, reloptions, relpersistence FROM pg_class WHERE relnamespace = 'public'::regnamespace",
    "SELECT tgrelid::regclass, tgname FROM pg_trigger WHERE NOT tgisinternal",
    "SELECT sequencename, data_type, start_value, increment_by, max_value FROM pg_sequences",
)


def schema() -> set[tuple[object, ...]]:
    """Return the tables of the database in use, without the order of their columns."""
    with connection.cursor() as cursor:
        if IS_SQLITE:
            cursor.execute("SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_master")
            return {(*about, tuple(sorted(columns_of(sql)))) for *about, sql in cursor.fetchall()}
        found = set[tuple[object, ...]]()
        for statement in POSTGRESQL_SCHEMA:
            cursor.execute(statement)
            found |= {tuple(str(value) for value in row) for row in cursor.fetchall()}
        return found


def columns_of(statement: str) -> list[str]:
    """Split a statement at commas outside of parentheses."""
    parts, depth = [""], -1
    for piece in re.split(r"([(),])", statement):
        depth += {"(": 1, ")": -1}.get(piece, 0)
        if piece == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += piece
    return [part.strip(" ()") for part in parts]


@pytest.mark.thorough
def test_both_ways_lead_to_the_same_tables(empty_database: str) -> None:
    """Migrate one database at once. Another is migrated step by step, and finished as an upgrade finishes it."""
    call_command("migrate", verbosity=0)
    new = schema()
    applied = MigrationRecorder(connection).applied_migrations().keys()
    assert applied == MigrationLoader(None, ignore_no_migrations=True).disk_migrations.keys()
    connection.close()
    database_drop(empty_database)
    Path(empty_database).unlink(missing_ok=True)
    database_create(empty_database)
    single_steps_executor().migrate(HALFWAY)
    call_command("migrate", verbosity=0)
    assert schema() == new
    assert MigrationRecorder(connection).applied_migrations().keys() == applied


@pytest.mark.thorough
def test_an_upgrade_continues_from_every_earlier_state(monkeypatch: pytest.MonkeyPatch) -> None:
    """From each prefix of the single steps, the remaining ones are applied once, and none before what it depends on."""
    loader = SingleStepsLoader(None, ignore_no_migrations=True)
    steps = loader.graph._generate_plan(loader.graph.leaf_nodes(), at_end=True)
    applied = dict[tuple[str, str], object]()
    monkeypatch.setattr(MigrationRecorder, "applied_migrations", lambda _recorder: applied)
    for number in range(len(steps) + 1):
        applied = dict.fromkeys(steps[:number])
        executor = MigrationExecutor(connection)
        executor.loader.check_consistent_history(connection)
        done = steps[:number]
        for migration, _backwards in executor.migration_plan(executor.loader.graph.leaf_nodes()):
            single = migration.replaces or [(migration.app_label, migration.name)]
            needed = {parent for key in single for parent in loader.graph.node_map[key].parents} - {*single}
            assert needed <= {*done}, (number, migration)
            done += single
        assert sorted(done) == sorted(steps), number
