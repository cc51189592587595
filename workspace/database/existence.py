"""Asking for any of several kinds of rows with one statement."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet


def any_exist(*querysets: QuerySet[Any]) -> bool:
    """Return True if any of the querysets has rows."""
    conditions: list[str] = []
    values: list[Any] = []
    for queryset in querysets:
        try:
            sql, parameters = queryset.query.exists().get_compiler(connection=connection).as_sql()
        except EmptyResultSet:
            continue
        conditions.append(f"EXISTS ({sql})")
        values += parameters
    if not conditions:
        return False
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {' OR '.join(conditions)}", values)
        return bool(cursor.fetchone()[0])
