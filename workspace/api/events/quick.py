"""Reads parameters quickly if all values are plain, otherwise with the serializer, which knows what is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from rest_framework import serializers

from workspace.api.errors import InvalidParamsError
from workspace.api.params import ChoiceParam, FlagParam, ListParam, Params, TextParam, built_once
from workspace.errors import ApplicationError
from workspace.services.events.reports import FieldError

# Returns True for a value that the serializer would return unchanged.
Check = Callable[[Any], bool]
MISSING = object()
# What fields of texts reject: the character U+0000, and halves of surrogate pairs.
UNSTORABLE = re.compile("[\0\ud800-\udfff]")


class EventErrors(Exception):  # noqa: N818
    """An event that cannot be read, with what is wrong with each field."""

    def __init__(self, errors: list[FieldError]) -> None:
        super().__init__(", ".join(error.field for error in errors))
        self.errors = errors


def values_read(params: type[Params], data: Any) -> dict[str, Any]:
    """Return the validated values; raises EventErrors."""
    if not isinstance(data, dict):
        raise EventErrors([FieldError("", "must be object")])
    values: dict[str, Any] = {}
    for name, is_required, is_plain in plan(params):
        value = data.get(name, MISSING)
        if value is MISSING:
            if is_required:
                return values_validated(params, data)
        elif is_plain(value):
            values[name] = value
        else:
            return values_validated(params, data)
    if params.one_of or params.any_of:
        return values_validated(params, data)
    return values


def values_validated(params: type[Params], data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values as the serializer returns them; raises EventErrors."""
    try:
        values: dict[str, Any] = built_once(params).run_validation(data)
    except serializers.ValidationError as error:
        raise EventErrors(list(field_errors(error.detail))) from error
    except InvalidParamsError as error:
        raise EventErrors([FieldError("", error.message)]) from error
    return values


def field_errors(detail: Any, name: str = "") -> Iterator[FieldError]:
    """Yield what is wrong with each field; an item of a list is named `members.3`."""
    if isinstance(detail, dict):
        for key, value in detail.items():
            yield from field_errors(value, f"{name}.{key}" if name else str(key))
    elif isinstance(detail, list):
        for value in detail:
            yield from field_errors(value, name)
    else:
        yield FieldError(name, "is required" if detail.code == "required" else str(detail))


@cache
def plan(params: type[Params]) -> list[tuple[str, bool, Check]]:
    """Return the fields: name, whether it is required, and the check for plain values."""
    return [(name, bool(field.required), plain_check(field)) for name, field in built_once(params).fields.items()]


def plain_check(field: Any) -> Check:
    """Return a function that returns True for values that the field would return unchanged."""
    if type(field) is FlagParam:
        return lambda value: type(value) is bool
    if type(field) is TextParam:
        longest, shortest = field.max_length or 0, 0 if field.allow_blank else 1
        return lambda value: (
            type(value) is str and shortest <= len(value) <= longest and UNSTORABLE.search(value) is None
        )
    if type(field) is ListParam:
        is_plain, most = plain_check(field.child), field.max_length or 0
        return lambda value: type(value) is list and len(value) <= most and all(map(is_plain, value))
    if type(field) is ChoiceParam:
        return lambda value: type(value) is str and value in field.choices
    return lambda _value: False


def error_response(errors: Sequence[FieldError]) -> ApplicationError:
    """Return the error for the caller of an event that is refused; its details name the fields."""
    text = "; ".join(f"{error.field}: {error.message}" if error.field else error.message for error in errors)
    details = {"errors": [{"field": error.field, "message": error.message} for error in errors]}
    return ApplicationError("invalid-params", text, details=details)
