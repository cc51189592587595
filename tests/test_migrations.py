"""No migration blocks a site that is in use, apart from those that came before the first release."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ModelState, ProjectState

from tests.migration_rules import problems_of
from tests.single_steps import SingleStepsLoader
from workspace.database.constraint_operations import AddConstraintOnline
from workspace.database.data_operations import RunInBatches
from workspace.database.index_operations import AddIndexOnline

APPS = ("workspace", "preferences", "cloud", "push")
# Version 0.1.0 was not released, so the tables of these migrations are empty when they are applied. Later, a line is
# only added for a migration that removes what the previous release no longer uses.
EARLIER = set((Path(__file__).parent / "data" / "earlier_migrations.txt").read_text().split())


def of_the_project() -> Iterator[tuple[Any, ProjectState]]:
    """Yield each migration, in order, with the state of the tables before it.

    Squashed migrations run only where the replaced ones have not, which are checked instead.
    """
    loader = SingleStepsLoader(None, ignore_no_migrations=True)
    state = ProjectState()
    for app, name in loader.graph._generate_plan(loader.graph.leaf_nodes(), at_end=True):
        migration = loader.get_migration(app, name)
        if app in APPS:
            yield migration, state
        else:
            migration.mutate_state(state, preserve=False)


def test_migrations_do_not_block_a_site_in_use() -> None:
    found = []
    for migration, state in of_the_project():
        problems = list(problems_of(migration, state))
        if f"{migration.app_label}.{migration.name}" not in EARLIER:
            found += problems
    assert found == [], "See docs/operate/upgrade.md, “For authors of migrations”."


def test_every_earlier_migration_exists() -> None:
    disk = {f"{app}.{name}" for app, name in MigrationLoader(None, ignore_no_migrations=True).disk_migrations}
    assert disk >= EARLIER


TEXT = models.CharField(max_length=20)
INDEX = models.Index(fields=["text"], name="an_index")
CHECK = models.CheckConstraint(condition=models.Q(text__gt=""), name="a_constraint")
UNIQUE = models.UniqueConstraint(fields=["text"], name="a_constraint")


def judged(operation: Any, *, atomic: bool = True) -> list[str]:
    """Return the problems of a migration with this operation on the existing table `row`."""
    state = ProjectState()
    fields = [("id", models.BigAutoField(primary_key=True)), ("text", TEXT), ("maybe", models.IntegerField(null=True))]
    state.add_model(ModelState("workspace", "Row", fields))
    migration = migrations.Migration("0099_test", "workspace")
    migration.operations, migration.atomic = [operation], atomic
    return [problem.rsplit(": ", 1)[1] for problem in problems_of(migration, state)]


BLOCKING = {
    "index": (migrations.AddIndex("row", INDEX), "AddIndexOnline"),
    "constraint": (migrations.AddConstraint("row", UNIQUE), "AddConstraintOnline"),
    "atomic index": (AddIndexOnline("row", INDEX), "atomic = False"),
    "atomic constraint": (AddConstraintOnline("row", CHECK), "atomic = False"),
    "atomic batches": (RunInBatches("row", lambda rows: rows.update(text="")), "atomic = False"),
    "rows": (migrations.RunPython(migrations.RunPython.noop), "RunInBatches"),
    "statement": (migrations.RunSQL("UPDATE row SET text = ''"), "RunInBatches"),
    "required column": (migrations.AddField("row", "new", models.IntegerField(default=0)), "db_default"),
    "indexed column": (migrations.AddField("row", "new", models.IntegerField(null=True, db_index=True)), "its index"),
    "foreign key": (
        migrations.AddField("row", "new", models.ForeignKey("row", models.CASCADE, null=True, db_index=False)),
        "foreign key",
    ),
    "other type": (migrations.AlterField("row", "maybe", models.BigIntegerField(null=True)), "rewrites the table"),
    "shorter text": (migrations.AlterField("row", "text", models.CharField(max_length=10)), "rewrites the table"),
    "not null": (migrations.AlterField("row", "maybe", models.IntegerField()), "reads the whole table"),
    "unique": (migrations.AlterField("row", "text", models.CharField(max_length=20, unique=True)), "its index"),
    "removed column": (migrations.RemoveField("row", "text"), "previous version"),
    "renamed column": (migrations.RenameField("row", "text", "words"), "previous version"),
    "removed table": (migrations.DeleteModel("row"), "previous version"),
}
HARMLESS = {
    "concurrent index": (AddIndexConcurrently("row", INDEX), False),
    "index online": (AddIndexOnline("row", INDEX), False),
    "constraint online": (AddConstraintOnline("row", UNIQUE), False),
    "batches": (RunInBatches("row", lambda rows: rows.update(text="")), False),
    "column with a default": (migrations.AddField("row", "new", models.IntegerField(db_default=0)), True),
    "optional column": (migrations.AddField("row", "new", models.TextField(null=True)), True),
    "longer text": (migrations.AlterField("row", "text", models.CharField(max_length=30)), True),
    "unlimited text": (migrations.AlterField("row", "text", models.TextField()), True),
    "help text": (migrations.AlterField("row", "text", models.CharField(max_length=20, help_text="new")), True),
    "new table": (migrations.CreateModel("other", [("id", models.BigAutoField(primary_key=True))]), True),
}


@pytest.mark.parametrize("name", BLOCKING)
def test_an_operation_that_blocks_is_found(name: str) -> None:
    operation, hint = BLOCKING[name]
    assert any(hint in problem for problem in judged(operation)), judged(operation)


@pytest.mark.parametrize("name", HARMLESS)
def test_an_operation_that_does_not_block_is_allowed(name: str) -> None:
    operation, atomic = HARMLESS[name]
    assert judged(operation, atomic=atomic) == []
