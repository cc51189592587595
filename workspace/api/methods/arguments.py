"""The arguments of methods: what a method accepts, read from its signature, and checks of what a client sends."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from django.utils.dateparse import parse_datetime

from workspace.api.methods.ejson import date_of, is_number
from workspace.api.methods.errors import MatchError

# JavaScript's largest safe integer.
MAX_INTEGER = 2**53 - 1
MAX_DEPTH = 32
# The kinds of values, as documented.
KINDS: dict[type, str] = {
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    datetime: "date",
    list: "array",
    dict: "object",
    object: "any value",
}
MISSING: Any = object()


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a method. Without a `default`, it is required."""

    name: str
    types: tuple[type, ...]
    default: Any = MISSING
    item: type = object
    is_repeated: bool = False

    @property
    def is_required(self) -> bool:
        return self.default is MISSING

    def kind(self) -> str:
        """Return the kind of value, as documented."""
        kinds = [KINDS[type] for type in self.types]
        if self.item is not object:
            kinds[self.types.index(list)] = f"array of {KINDS[self.item]}s"
        return " or ".join(kinds)

    def signature(self) -> str:
        """Return the argument as documented: its name and kind, and a question mark if it may be omitted."""
        return f"{self.name}{'' if self.is_required else '?'}: {self.kind()}{' …' if self.is_repeated else ''}"

    def read(self, value: Any) -> Any:
        """Return the value that the client sent, or the default; raises MatchError for another kind of value."""
        if value is None and not (self.is_repeated and object in self.types):
            if self.is_required:
                raise MatchError(f"Expected {self.kind()} for '{self.name}', got null")
            return self.default
        for type in self.types:
            converted = convert(value, type)
            if converted is not MISSING and self.has_valid_items(converted):
                return converted
        raise MatchError(f"Expected {self.kind()} for '{self.name}'")

    def has_valid_items(self, value: Any) -> bool:
        """Return True unless the value is a list with items of another type than declared."""
        return not isinstance(value, list) or all(convert(item, self.item) is not MISSING for item in value)


def convert(value: Any, type: type) -> Any:
    """Return the value as this type, or MISSING if it is of another type."""
    if type is datetime:
        return datetime_of(value)
    if type is int and isinstance(value, float) and value.is_integer():
        value = int(value)
    if type in (int, float):
        return value if is_number(value) and isinstance(value, int | type) and abs(value) <= MAX_INTEGER else MISSING
    return value if isinstance(value, type) else MISSING


def datetime_of(value: Any) -> Any:
    """Return the time: an EJSON date or, as some clients send it, an ISO 8601 text or epoch milliseconds."""
    if is_number(value):
        return date_of(value)
    if isinstance(value, str):
        try:
            value = parse_datetime(value)
        except ValueError:
            return MISSING
    if not isinstance(value, datetime):
        return MISSING
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def arguments_of(function: Callable[..., Any]) -> tuple[Argument, ...]:
    """Return the arguments that a method's function declares after the call itself."""
    hints = get_type_hints(function)
    parameters = list(inspect.signature(function).parameters.values())[1:]
    return tuple(argument_of(parameter, hints[parameter.name]) for parameter in parameters)


def argument_of(parameter: inspect.Parameter, hint: Any) -> Argument:
    """Return the argument that a parameter declares."""
    alternatives = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    types = tuple(get_origin(hint) or hint for hint in alternatives if hint is not NoneType)
    items = [get_origin(item) or item for item in (get_args(hint)[0] for hint in lists_in(alternatives))]
    return Argument(
        name=camel_case(parameter.name),
        types=tuple(object if type is Any else type for type in types),
        default=MISSING if parameter.default is inspect.Parameter.empty else parameter.default,
        item=items[0] if items and items[0] is not Any else object,
        is_repeated=parameter.kind is inspect.Parameter.VAR_POSITIONAL,
    )


def lists_in(hints: Iterable[Any]) -> list[Any]:
    """Return the hints that are lists."""
    return [hint for hint in hints if get_origin(hint) is list]


def camel_case(name: str) -> str:
    """Return the name in the style of clients: `room_id` becomes `roomId`."""
    first, *others = name.strip("_").split("_")
    return first + "".join(word.title() for word in others)


def arguments_read(declared: Sequence[Argument], params: Any) -> list[Any]:
    """Return the values for the declared arguments; raises MatchError for missing or wrong ones.

    Like Meteor, further arguments are ignored, and null counts as missing.
    """
    if not isinstance(params, list):
        raise MatchError("Expected array for 'params'")
    text_check(params)
    single = [argument for argument in declared if not argument.is_repeated]
    given = [*params[: len(single)], *[None] * (len(single) - len(params))]
    values = [argument.read(value) for argument, value in zip(single, given, strict=True)]
    repeated = [argument for argument in declared if argument.is_repeated]
    return values + [argument.read(value) for argument in repeated for value in params[len(single) :]]


def text_check(value: Any, depth: int = 0) -> None:
    """Raise MatchError for text that the database cannot store, and for values that are nested too deeply."""
    if depth > MAX_DEPTH:
        raise MatchError(f"Expected at most {MAX_DEPTH} nested values")
    if isinstance(value, str):
        if "\x00" in value or not is_encodable(value):
            raise MatchError("Expected text without null characters and lone surrogates")
    elif isinstance(value, list):
        for item in value:
            text_check(item, depth + 1)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            text_check(key, depth + 1)
            text_check(item, depth + 1)


def is_encodable(text: str) -> bool:
    """Return True unless the text has lone surrogates, which UTF-8 cannot represent."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
