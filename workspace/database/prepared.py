"""Queries whose SQL text is generated once per process.

Django generates the SQL of a queryset again for each call, which takes two thirds of the processor time of a simple
query (measured). Requests that clients make all the time therefore prepare their queries. Only the values may differ
between calls, so this works for conditions such as `user=…`, but not for lists of varying length.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import QuerySet
from django.db.models.sql.compiler import SQLCompiler

RowT = TypeVar("RowT")
# Values that occur in no query, by which the positions of the arguments are found.
SAMPLES: dict[type, Callable[[int], str | int]] = {
    str: lambda place: f"prepared argument {place}",
    int: lambda place: 1_907_346_251 + place,
}


@dataclass(frozen=True, slots=True)
class Statement:
    """The SQL of a query for one kind of database.

    `slots` are the positions in `values` of arguments: the position, the number of the argument, and the type in which
    the database expects it. All other values are constants.
    """

    # Django's stubs do not have the attributes that are used here.
    queryset: Any
    compiler: SQLCompiler
    sql: str
    values: tuple[Any, ...]
    slots: list[tuple[int, int, type]]

    def run(self, arguments: tuple[str | int, ...]) -> Iterator[Any]:
        """Return the rows for these arguments, converted by Django as those of the queryset."""
        values = list(self.values)
        for position, number, kind in self.slots:
            values[position] = kind(arguments[number])
        return self.run_with(values)

    def run_with(self, values: Sequence[Any]) -> Iterator[Any]:
        """Return the rows for these values of all parameters."""
        # Compilers belong to a connection, and connections to a thread.
        compiler = copy(self.compiler)
        compiler.connection = connections[DEFAULT_DB_ALIAS]
        compiler.as_sql = lambda: (self.sql, tuple(values))  # type: ignore[method-assign,assignment,misc]
        iterable: Any = self.queryset._iterable_class
        rows: Iterator[Any] = iter(iterable(Run(self.queryset, compiler)))
        return rows


class Run:
    """The queryset and query of one run, as Django's iterables see them: with the compiler that has the SQL already."""

    def __init__(self, queryset: Any, compiler: SQLCompiler) -> None:
        self.query = self
        self.db = DEFAULT_DB_ALIAS
        self.model = queryset.model
        self._fields = queryset._fields
        self._known_related_objects: dict[Any, Any] = {}
        self._compiler = compiler

    def get_compiler(self, using: str) -> SQLCompiler:
        """Return the compiler."""
        return self._compiler

    def __getattr__(self, name: str) -> Any:
        return getattr(self._compiler.query, name)


class PreparedQuery(Generic[RowT]):
    """The query that `build` returns for its arguments, which are texts or integers, as listed in `kinds`.

    Raises ValueError at the first call if the SQL does not contain each argument as it is, or if related objects must
    be prefetched.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, RowT]], *kinds: type) -> None:
        self.build = build
        self.kinds = kinds
        self._statements: dict[str, Statement] = {}

    def __call__(self, *arguments: str | int) -> list[RowT]:
        """Return the rows of the query for these arguments."""
        return list(self._statement().run(arguments))

    def rows_of(self, keys: Collection[int]) -> list[RowT]:
        """Return the rows for these keys, all of which are passed to `build`; prepared if there is only one key."""
        return self(*keys) if len(keys) == 1 else list(self.build(*keys))

    def first(self, *arguments: str | int) -> RowT | None:
        """Return the first row; None if there is none. The query should return one row at most."""
        return next(self._statement().run(arguments), None)

    def _statement(self) -> Statement:
        """Return the statement for the kind of database in use."""
        vendor = connections[DEFAULT_DB_ALIAS].vendor
        statement = self._statements.get(vendor)
        if statement is None:
            statement = self._statements[vendor] = self._prepare()
        return statement

    def _prepare(self) -> Statement:
        """Generate the SQL for sample arguments."""
        samples = [SAMPLES[kind](place) for place, kind in enumerate(self.kinds)]
        statement = statement_of(self.build(*samples))
        slots = [
            (position, samples.index(value), type(value))
            for position, value in enumerate(statement.values)
            if value in samples
        ]
        if {number for _position, number, _kind in slots} != set(range(len(samples))):
            raise ValueError("The query does not contain all arguments.")
        return replace(statement, slots=slots)


def statement_of(queryset: Any) -> Statement:
    """Generate the SQL of a queryset, with its values as constants. Raises ValueError if it prefetches."""
    if queryset._prefetch_related_lookups:
        raise ValueError("Prepared queries cannot prefetch.")
    compiler = queryset.query.get_compiler(using=DEFAULT_DB_ALIAS)
    sql, values = compiler.as_sql()
    # The connection belongs to this thread.
    compiler.connection = None
    return Statement(queryset, compiler, sql, tuple(values), [])
