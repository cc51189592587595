"""Tests with many cases that take less time than a test of its own costs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from inspect import Parameter, signature
from typing import Any


def for_each(names: str, cases: Iterable[Any]) -> Callable[[Any], Any]:
    """Run a test, or each test of a class, with all cases, as one test that names the cases that fail.

    For tests that read tables and use no database. Others use `pytest.mark.parametrize`, which `names` and `cases`
    resemble.
    """
    arguments, values = [name.strip() for name in names.split(",")], list(cases)

    def decorate(test: Any) -> Any:
        if isinstance(test, type):
            for name, function in list(vars(test).items()):
                if name.startswith("test"):
                    setattr(test, name, decorate(function))
            return test

        @wraps(test)
        def run_all(*positional: Any, **fixtures: Any) -> None:
            failures = []
            for case in values:
                given = dict(zip(arguments, case if len(arguments) > 1 else (case,), strict=True))
                try:
                    test(*positional, **given, **fixtures)
                except AssertionError as error:
                    failures.append(f"{', '.join(map(str, given.values()))}: {error}")
            assert not failures, f"{len(failures)} of {len(values)} cases fail:\n" + "\n".join(failures)

        run_all.__signature__ = signature(test).replace(  # type: ignore[attr-defined]
            parameters=[one for one in parameters_of(test) if one.name not in arguments]
        )
        return run_all

    return decorate


def parameters_of(test: Callable[..., Any]) -> Iterable[Parameter]:
    return signature(test).parameters.values()
