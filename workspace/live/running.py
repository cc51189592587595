"""Calling functions that query the database from an event loop."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Protocol, TypeVar

from workspace.database.threads import DatabaseThreads

R = TypeVar("R")


class Run(Protocol):
    """Calls a function that queries the database, outside of the event loop."""

    def __call__(self, work: Callable[..., R], /, *arguments: Any, **named: Any) -> Coroutine[Any, Any, R]: ...


# All listeners of the process share one thread with one database connection.
in_database: Run = DatabaseThreads(1, "live").run
