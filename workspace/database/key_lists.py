"""Conditions with long lists of keys, as one array on PostgreSQL: `= ANY('{1,2,3}')` instead of `IN (1, 2, 3)`.

Lists of integers are passed like this everywhere, and lists of texts by the lookup `among`.

Django checks and converts each value of a list by itself, and psycopg looks for the place of each in the statement. For
lists of hundreds of keys, as the queue uses them, this takes longer than the query. The database treats both alike.
"""

from __future__ import annotations

from typing import Any

from django.db.models import CharField, ForeignKey, IntegerField
from django.db.models.fields.related_lookups import RelatedIn
from django.db.models.lookups import In

# Shorter lists cost little either way, and statements with them can be prepared.
SHORTEST = 8


class KeyListMixin:
    """Passes a list of integers as one parameter. Anything else is left to Django."""

    rhs: Any
    lhs: Any

    def get_prep_lookup(self) -> Any:
        keys = integers_of(self.rhs)
        return super().get_prep_lookup() if keys is None else keys  # type: ignore[misc]

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        keys = integers_of(self.rhs)
        if keys is None:
            return self.as_sql(compiler, connection)  # type: ignore[attr-defined,no-any-return]
        sql, parameters = compiler.compile(self.lhs)
        return f"{sql} = ANY(%s)", [*parameters, keys]


class KeyListIn(KeyListMixin, In):
    """`IN` for a column of integers, such as a primary key."""


class KeyListRelatedIn(KeyListMixin, RelatedIn):
    """`IN` for a foreign key."""


class TextListIn(In):
    """`IN` for a column of texts, with any number of texts that need no conversion."""

    lookup_name = "among"

    def get_prep_lookup(self) -> list[str]:
        return list(self.rhs)

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        sql, parameters = compiler.compile(self.lhs)
        return f"{sql} = ANY(%s)", [*parameters, self.rhs]


def integers_of(values: Any) -> list[int] | None:
    """Return the values as a list if they are a long list of integers; None if Django must look at them."""
    if not isinstance(values, list | tuple | set | frozenset) or len(values) < SHORTEST:
        return None
    return list(values) if all(type(value) is int for value in values) else None


def key_lists_register() -> None:
    """Make these conditions available."""
    IntegerField.register_lookup(KeyListIn)
    ForeignKey.register_lookup(KeyListRelatedIn)
    CharField.register_lookup(TextListIn)
