"""Changing the rows of large tables in migrations, in batches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.models import QuerySet

# What changes the rows of a batch.
Change = Callable[[QuerySet[Any]], object]


class RunInBatches(Operation):
    """Call `change` with the rows of `model`, a batch at a time, each in a transaction of its own.

    The migration must have `atomic = False`: locks are then held for one batch only. After an interruption it begins
    again, so `change` must not mind rows that it has changed before. It cannot be undone.
    """

    reduces_to_sql = False
    reversible = True

    def __init__(self, model: str, change: Change, *, batch: int = 1000) -> None:
        self.model, self.change, self.batch = model, change, batch

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__qualname__, [self.model, self.change], {"batch": self.batch}

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Change nothing: the tables stay as they are."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        if schema_editor.connection.in_atomic_block:
            raise RuntimeError("RunInBatches needs a migration with `atomic = False`.")
        rows = from_state.apps.get_model(app_label, self.model)._base_manager.order_by("pk")
        last = None
        while keys := list(
            (rows if last is None else rows.filter(pk__gt=last)).values_list("pk", flat=True)[: self.batch]
        ):
            with transaction.atomic(using=schema_editor.connection.alias):
                self.change(rows.filter(pk__in=keys))
            last = keys[-1]

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        """Leave the rows as they are."""

    def describe(self) -> str:
        return f"Change the rows of {self.model} in batches"
