"""Reading and writing JSON that outlives the code that wrote it: columns, tasks, cookies, files.

Another version may have written what is read here. Therefore unknown keys are ignored, missing ones have the default
that the dataclass declares, and a value of the wrong type is replaced, with a warning in the log. docs/stored-data.md
lists what is stored, and how to add a field.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from workspace.logs.events import LogEvent

STORED_UNREADABLE = LogEvent(
    "stored.unreadable",
    "A stored JSON value cannot be read. A default is used instead, or the rest of the value.",
    {"name": "what is stored", "problem": "what is wrong with it, without the value"},
    logging.WARNING,
)

T = TypeVar("T")
# Returns the value of the field of this name from another source.
Fallback = Callable[[str], Any]
UNREADABLE = (TypeError, ValueError, OverflowError, RecursionError)


class StoredValueError(ValueError):
    """A stored value is missing or unreadable and has no default. The message says which, but never its content."""


def stored_read(kind: type[T], stored: object, *, fallback: Fallback | None = None) -> T:
    """Return the instance of the dataclass that was stored as a JSON object, with nested values in their types.

    A missing key has the field's default. An unreadable value is replaced by the fallback's, or by the default. A
    field without a default is required: the fallback supplies it, and without one StoredValueError is raised.
    """
    values = stored if isinstance(stored, Mapping) else None
    if values is None:
        STORED_UNREADABLE.log(name=kind.__name__, problem=f"no JSON object but {type(stored).__name__}")
    read: dict[str, Any] = {}
    for name, (field, hint) in fields_of(cast(Hashable, kind)).items():
        if values is None:
            read[name] = _replaced(kind, field, fallback, "is unreadable")
        elif name in values:
            try:
                read[name] = value_read(hint, values[name])
            except UNREADABLE as error:
                STORED_UNREADABLE.log(name=f"{kind.__name__}.{name}", problem=str(error))
                read[name] = _replaced(kind, field, fallback, "is unreadable")
        elif is_required(field):
            read[name] = _replaced(kind, field, fallback, "is missing")
    return kind(**read)


def stored_write(instance: Any) -> dict[str, Any]:
    """Return a dataclass as the JSON object that `stored_read` reads."""
    return {field.name: value_write(getattr(instance, field.name)) for field in fields(instance)}


def value_read(hint: Any, value: Any) -> Any:
    """Return a JSON value as the annotated type; raises TypeError or ValueError if it is none of that type."""
    origin, arguments = get_origin(hint), get_args(hint)
    if hint is Any:
        return value
    if origin in (Union, UnionType):
        (wanted,) = (argument for argument in arguments if argument is not NoneType)
        return None if value is None else value_read(wanted, value)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        names, values = arguments
        return {value_read(names, name): value_read(values, one) for name, one in _of_type(value, dict).items()}
    if origin in (list, tuple, frozenset):
        return _series_read(origin, arguments, _of_type(value, list))
    if is_dataclass(hint):
        return stored_read(cast(type, hint), _of_type(value, dict))
    if issubclass(hint, (datetime, date)):
        return hint.fromisoformat(_of_type(value, str))
    return hint(value) if issubclass(hint, Enum) else _of_type(value, hint)


def value_or(hint: Any, value: object, default: T, *, name: str) -> T:
    """Return a JSON value as the annotated type, or the default (with a warning) if it is none of that type."""
    try:
        read: T = value_read(hint, value)
    except UNREADABLE as error:
        STORED_UNREADABLE.log(name=name, problem=str(error))
        return default
    return read


def value_write(value: Any) -> Any:
    """Return a value as JSON stores it; sets are sorted, so that equal values are stored equally."""
    if isinstance(value, Mapping):
        return {str(name): value_write(one) for name, one in value.items()}
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, (list, tuple)):
        return [value_write(one) for one in value]
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return stored_write(value) if is_dataclass(value) else value


@cache
def fields_of(kind: Any) -> dict[str, tuple[Field[Any], Any]]:
    """Return the fields of a dataclass by name, each with its annotation as a type."""
    hints = get_type_hints(kind)
    return {field.name: (field, hints[field.name]) for field in fields(kind)}


def is_required(field: Field[Any]) -> bool:
    """Return whether the field has no default."""
    return field.default is MISSING and field.default_factory is MISSING


def _replaced(kind: type, field: Field[Any], fallback: Fallback | None, problem: str) -> Any:
    """Return what stands in for a value that cannot be read."""
    if fallback is not None:
        return fallback(field.name)
    if is_required(field):
        raise StoredValueError(f"The {field.name} of a stored {kind.__name__} {problem}.")
    return field.default_factory() if field.default_factory is not MISSING else field.default


def _series_read(origin: type, arguments: tuple[Any, ...], values: list[Any]) -> Any:
    """Return a list, set or tuple with its elements in their types; a tuple may be of fixed length."""
    if origin is tuple and Ellipsis not in arguments:
        return tuple(value_read(hint, value) for hint, value in zip(arguments, values, strict=True))
    return origin(value_read(arguments[0], value) for value in values)


def _of_type(value: Any, wanted: type) -> Any:
    """Return the value if it is of the type; truth values are no numbers here, and whole numbers may be floats."""
    if wanted is float and type(value) is int:
        return float(value)
    if not isinstance(value, wanted) or (isinstance(value, bool) and wanted is not bool):
        raise TypeError(f"expected {wanted.__name__}, not {type(value).__name__}")
    return value
