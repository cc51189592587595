"""Operations of migrations for tables in use, on the database of this run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, migrations, models, transaction
from django.db.migrations.state import ModelState, ProjectState

from workspace.database.constraint_operations import AddConstraintOnline
from workspace.database.data_operations import RunInBatches
from workspace.management.commands import migrate

pytestmark = pytest.mark.django_db(transaction=True)


class Table:
    """A table `row` with the columns `text` and `number`, which migrations change."""

    def __init__(self) -> None:
        self.state = ProjectState()
        fields = [
            ("id", models.BigAutoField(primary_key=True)),
            ("text", models.CharField(max_length=20)),
            ("number", models.IntegerField(default=0)),
        ]
        self.state.add_model(ModelState("workspace", "Row", fields, options={"db_table": "test_operations_row"}))

    @property
    def rows(self) -> Any:
        return self.state.apps.get_model("workspace", "row").objects

    def apply(self, operation: Any, *, atomic: bool = False) -> None:
        migration = migrations.Migration("0099_test", "workspace")
        migration.operations, migration.atomic = [operation], atomic
        with connection.schema_editor(atomic=atomic) as editor:
            self.state = migration.apply(self.state, editor)


@pytest.fixture
def table() -> Iterator[Table]:
    table = Table()
    with connection.schema_editor() as editor:
        editor.create_model(table.rows.model)
    yield table
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE test_operations_row")


def test_rows_are_changed_in_batches(table: Table) -> None:
    table.rows.bulk_create(table.rows.model(text=str(number)) for number in range(7))
    sizes = []

    def change(rows: Any) -> None:
        sizes.append(rows.update(number=1))

    table.apply(RunInBatches("row", change, batch=3))
    assert sizes == [3, 3, 1]
    assert table.rows.filter(number=1).count() == 7


def test_batches_refuse_a_single_transaction(table: Table) -> None:
    with pytest.raises(RuntimeError, match="atomic = False"):
        table.apply(RunInBatches("row", lambda rows: rows), atomic=True)


CONSTRAINTS = {
    "check": models.CheckConstraint(condition=~models.Q(text="twice"), name="test_row_constraint"),
    "unique": models.UniqueConstraint(fields=["text"], name="test_row_constraint"),
    "conditional": models.UniqueConstraint(fields=["text"], condition=models.Q(number=0), name="test_row_constraint"),
}


@pytest.mark.parametrize("kind", CONSTRAINTS)
def test_a_constraint_holds_after_it_was_added(table: Table, kind: str) -> None:
    table.rows.create(text="once")
    table.apply(AddConstraintOnline("row", CONSTRAINTS[kind]))
    with pytest.raises(IntegrityError), transaction.atomic():
        table.rows.bulk_create([table.rows.model(text="twice"), table.rows.model(text="twice")])
    table.rows.create(text="other")


@pytest.mark.parametrize("kind", CONSTRAINTS)
def test_a_constraint_that_failed_can_be_added_after_the_rows_were_mended(table: Table, kind: str) -> None:
    table.rows.bulk_create([table.rows.model(text="twice"), table.rows.model(text="twice")])
    with pytest.raises(IntegrityError):
        table.apply(AddConstraintOnline("row", CONSTRAINTS[kind]))
    table.rows.all().delete()
    table.apply(AddConstraintOnline("row", CONSTRAINTS[kind]))
    with pytest.raises(IntegrityError), transaction.atomic():
        table.rows.bulk_create([table.rows.model(text="twice"), table.rows.model(text="twice")])


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite locks the whole file")
class TestLocks:
    @pytest.fixture(autouse=True)
    def _impatient(self, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        settings.MIGRATION_LOCK_TIMEOUT = 1
        monkeypatch.setattr(migrate, "PAUSE", 0.0)
        monkeypatch.setattr(migrate, "TRIES", 1)

    @pytest.fixture
    def other(self) -> Iterator[psycopg.Connection]:
        """Return a connection of another program, with an open transaction that uses the applied migrations."""
        parameters = connection.get_connection_params()
        names = ("dbname", "user", "password", "host", "port")
        with psycopg.connect(
            **{name: parameters[name] for name in names if parameters.get(name)}, application_name="a report"
        ) as other:
            other.execute("LOCK TABLE django_migrations IN ACCESS EXCLUSIVE MODE")
            yield other

    def test_a_migration_that_must_wait_names_who_blocks_it(self, other: psycopg.Connection) -> None:
        with pytest.raises(CommandError) as refusal:
            call_command("migrate", verbosity=0)
        assert f"PID {other.info.backend_pid}: a report, idle in transaction" in str(refusal.value)
        assert "MIGRATION_LOCK_TIMEOUT" in str(refusal.value)

    def test_it_is_done_once_the_lock_is_free(self, other: psycopg.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(migrate, "TRIES", 3)
        monkeypatch.setattr(migrate.time, "sleep", lambda _seconds: other.rollback())
        call_command("migrate", verbosity=0)
        with connection.cursor() as cursor:
            cursor.execute("SHOW lock_timeout")
            assert cursor.fetchone() == ("0",)
