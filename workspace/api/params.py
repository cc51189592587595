"""Declarations of endpoint parameters. Errors are worded like those of JSON schema validators.

Types are strict, as in a schema: the number 1 is neither a string nor a boolean.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from workspace.api.errors import InvalidParamsError
from workspace.errors import ApplicationError

MISSING = "must have required property '{}'"
NO_OBJECT = "must be object"
UNSTORABLE = "must NOT have the character U+0000, half of a surrogate pair or an infinite number"
ALLOWED = "must be equal to one of the allowed values"
TRUTHS: dict[object, bool] = {"1": True, "0": False, "true": True, "false": False}
FLAG = {"oneOf": [{"type": "boolean"}, {"type": "integer", "enum": [0, 1]}, {"type": "string", "enum": [*TRUTHS]}]}


class TextParam(serializers.CharField):
    """A string, taken unchanged."""

    default_error_messages = {
        "invalid": "must be string",
        "null": "must be string",
        "blank": "must NOT have fewer than 1 characters",
        "max_length": "must NOT have more than {max_length} characters",
        "min_length": "must NOT have fewer than {min_length} characters",
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"trim_whitespace": False, **kwargs})

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class FlagParam(serializers.BooleanField):
    """A boolean."""

    default_error_messages = {"invalid": "must be boolean", "null": "must be boolean"}

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


@extend_schema_field(FLAG)
class SpeltFlag(serializers.Field[bool, Any, Any, Any]):
    """A boolean, 0 or 1, or one of these as text: parameters in a query are always text."""

    default_error_messages = {"invalid": "must be boolean", "null": "must be boolean"}

    def to_internal_value(self, data: Any) -> bool:
        if isinstance(data, bool):
            return data
        if isinstance(data, int) and data in (0, 1):
            return bool(data)
        if not isinstance(data, str) or data.lower() not in TRUTHS:
            self.fail("invalid")
        return TRUTHS[data.lower()]


class ChoiceParam(serializers.ChoiceField):
    """One of several strings."""

    default_error_messages = {"invalid_choice": ALLOWED, "null": ALLOWED}

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str) or data not in self.choices:
            self.fail("invalid_choice", input=data)
        return data


class TimestampParam(serializers.DateTimeField):
    """A date and time in ISO 8601."""

    default_error_messages = dict.fromkeys(
        ("invalid", "date", "make_aware", "overflow", "null"), 'must match format "date-time"'
    )


class ListParam(serializers.ListField):
    """A list."""

    default_error_messages = {
        "not_a_list": "must be array",
        "null": "must be array",
        "min_length": "must NOT have fewer than {min_length} items",
        "max_length": "must NOT have more than {max_length} items",
        "empty": "must NOT have fewer than 1 items",
    }


class ObjectParam(serializers.DictField):
    """An object with any properties, which is stored unchanged."""

    default_error_messages = {"not_a_dict": NO_OBJECT, "null": NO_OBJECT, "unstorable": UNSTORABLE}

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        values: dict[str, Any] = super().to_internal_value(data)
        if not is_storable(values):
            self.fail("unstorable")
        return values


def is_storable(value: Any) -> bool:
    """Return True unless something in the JSON value cannot be stored as JSON by PostgreSQL."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, Mapping):
            waiting += [*item.keys(), *item.values()]
        elif isinstance(item, list):
            waiting += item
        elif isinstance(item, float):
            if not math.isfinite(item):
                return False
        elif isinstance(item, str) and ("\0" in item or any("\ud800" <= letter <= "\udfff" for letter in item)):
            return False
    return True


class Params(serializers.Serializer[Any]):
    """The parameters of an endpoint, or of a nested object.

    `any_of` and `one_of` name parameters of which at least one or exactly one is required. `missing_errors` maps
    required parameters to the errors that clients expect if they are missing, instead of the default sentence.
    """

    any_of: ClassVar[tuple[str, ...]] = ()
    one_of: ClassVar[tuple[str, ...]] = ()
    missing_errors: ClassVar[Mapping[str, ApplicationError]] = {}

    default_error_messages = {"invalid": NO_OBJECT, "null": NO_OBJECT}

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if isinstance(data, Mapping):
            for name, error in self.missing_errors.items():
                if data.get(name) is None:
                    raise error
        values: dict[str, Any] = super().to_internal_value(data)
        self.combinations_check(values)
        return values

    def combinations_check(self, values: Mapping[str, Any]) -> None:
        """Raise InvalidParamsError unless the parameters satisfy `any_of` and `one_of`."""
        for names, allowed, sentence in (
            (self.any_of, range(1, len(self.any_of) + 1), "must match a schema in anyOf"),
            (self.one_of, range(1, 2), "must match exactly one schema in oneOf"),
        ):
            present = [name for name in names if name in values]
            if names and len(present) not in allowed:
                absent = [] if present else [MISSING.format(name) for name in names]
                raise InvalidParamsError([*absent, sentence])

    @classmethod
    def read(cls, data: Any) -> dict[str, Any]:
        """Return the validated parameters; raises InvalidParamsError, or an error from `missing_errors`."""
        if not isinstance(data, Mapping):
            raise InvalidParamsError([NO_OBJECT])
        values: dict[str, Any] = built_once(cls).run_validation(data)
        return values


@cache
def built_once(params: type[Params]) -> Params:
    """Return the serializer that validates all requests of a class; validating does not change it."""
    return params()
