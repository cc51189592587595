"""Bulk access to the rows of the gateway's ledger."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from push.models import GatewayPush

# (key of the workspace, identity, digest of the device token)
RowKey = tuple[int, str, str]
# (app, platform, month that it counts against)
NewRow = tuple[str, str, date | None]

# The columns that differ between pushes, with their PostgreSQL types.
WRITTEN = {
    "workspace_id": "bigint",
    "identity": "text",
    "token_digest": "text",
    "app": "text",
    "platform": "text",
    "month": "date",
}


def rows_write(wanted: Mapping[RowKey, NewRow], *, taken_by: str, taken_at: datetime) -> dict[RowKey, int]:
    """Insert rows for the pushes that have none yet, and return their primary keys.

    Uses one statement and no model instances, which would take several times as long.
    """
    # Sorted, because transactions that insert the same rows in different orders could deadlock.
    rows = [(*key, *wanted[key]) for key in sorted(wanted)]
    source, parameters = rows_source(rows)
    # Only table and column names are interpolated into the statement.
    statement = (
        f"INSERT INTO {GatewayPush._meta.db_table} ({', '.join(WRITTEN)}, taken_by, taken_at)"  # noqa: S608
        f" SELECT source.*, %s, %s FROM {source} AS source WHERE true"
        " ON CONFLICT DO NOTHING RETURNING workspace_id, identity, token_digest, id"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [taken_by, connection.ops.adapt_datetimefield_value(taken_at), *parameters])
        return {(workspace_id, identity, digest): key for workspace_id, identity, digest, key in cursor.fetchall()}


def rows_source(rows: Sequence[tuple[Any, ...]]) -> tuple[str, list[Any]]:
    """Return an SQL table expression for the rows, and its parameters.

    On PostgreSQL the rows are passed as one array per column, because binding thousands of parameters takes longer than
    inserting the rows.
    """
    if connection.vendor == "postgresql":
        arrays = ", ".join(f"%s::{type_}[]" for type_ in WRITTEN.values())
        return f"unnest({arrays})", [list(column) for column in zip(*rows, strict=True)]
    places = ", ".join(["%s"] * len(WRITTEN))
    return f"(VALUES {', '.join([f'({places})'] * len(rows))})", [value for row in rows for value in row]


def owners_locked(keys: Sequence[int]) -> dict[int, str]:
    """Return who took the rows with these primary keys, locked until the transaction ends."""
    condition, parameters = keys_condition(keys)
    statement = f"SELECT id, taken_by FROM {GatewayPush._meta.db_table} WHERE {condition} ORDER BY id"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement + (" FOR UPDATE" if connection.vendor == "postgresql" else ""), parameters)
        return dict(cursor.fetchall())


def rows_delete(keys: Sequence[int]) -> None:
    """Delete the rows with these primary keys. Nothing refers to them."""
    condition, parameters = keys_condition(keys)
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {GatewayPush._meta.db_table} WHERE {condition}", parameters)  # noqa: S608


def keys_condition(keys: Sequence[int]) -> tuple[str, list[Any]]:
    """Return the SQL condition for rows with these primary keys, and its parameters."""
    if connection.vendor == "postgresql":
        return "id = ANY(%s)", [list(keys)]
    return f"id IN ({', '.join(['%s'] * len(keys))})", list(keys)


@dataclass(frozen=True, slots=True)
class StoredRow:
    """The values of a row."""

    key: int
    workspace_id: int
    identity: str
    token_digest: str
    taken_at: datetime
    accepted_at: datetime | None
    settled_at: datetime | None
    month: date | None

    @property
    def row_key(self) -> RowKey:
        return self.workspace_id, self.identity, self.token_digest


STORED = ("pk", "workspace_id", "identity", "token_digest", "taken_at", "accepted_at", "settled_at", "month")


def rows_locked(keys: Iterable[RowKey]) -> list[StoredRow]:
    """Return the current rows with these keys, locked until the transaction ends."""
    by_workspace: dict[int, list[str]] = defaultdict(list)
    for workspace_id, identity, _digest in keys:
        by_workspace[workspace_id].append(identity)
    return [
        StoredRow(*row)
        for workspace_id, identities in sorted(by_workspace.items())
        for row in GatewayPush.objects.filter(workspace=workspace_id, identity__in=identities)
        .select_for_update()
        .order_by("pk")
        .values_list(*STORED)
    ]
