"""EJSON: JSON with dates, as Meteor's clients exchange it. A date is `{"$date": <epoch milliseconds>}`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import NoneType
from typing import Any

from workspace.api.objects import TimestampText
from workspace.api.parsers import reject_constant

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EARLIEST = datetime(1, 1, 2, tzinfo=UTC)
LATEST = datetime(9999, 12, 30, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
DATE, ESCAPE = "$date", "$escape"
UNCHANGED = frozenset({str, int, float, bool, NoneType})
# Objects with exactly these keys have a special meaning in EJSON.
SPECIAL_KEYS = (
    {DATE},
    {ESCAPE},
    {"$binary"},
    {"$InfNaN"},
    {"$regexp", "$flags"},
    {"$type", "$value"},
)


def ejson_parse(text: str) -> Any:
    """Return the value of an EJSON text. Raises ValueError if it is malformed or nested too deeply."""
    try:
        return from_ejson(json.loads(text, parse_constant=reject_constant))
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def ejson_text(value: Any) -> str:
    """Return the value as an EJSON text."""
    return json.dumps(to_ejson(value), ensure_ascii=False, separators=(",", ":"))


def from_ejson(value: Any) -> Any:
    """Replace the dates in a parsed JSON value with datetimes."""
    if isinstance(value, list):
        return [from_ejson(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {DATE} and is_number(value[DATE]):
        return date_of(value[DATE])
    if value.keys() == {ESCAPE} and isinstance(value[ESCAPE], dict):
        value = value[ESCAPE]
    return {key: from_ejson(item) for key, item in value.items()}


def to_ejson(value: Any) -> Any:
    """Replace the dates in a value with EJSON dates, so that it can be written as JSON."""
    if type(value) in UNCHANGED:
        # Most values are of these types, and the checks below take several times longer.
        return value
    if isinstance(value, datetime):
        return {DATE: milliseconds_of(value)}
    if isinstance(value, TimestampText):
        return {DATE: milliseconds_of(value.moment)}
    if isinstance(value, Mapping):
        converted = {str(key): to_ejson(item) for key, item in value.items()}
        return {ESCAPE: converted} if converted.keys() in SPECIAL_KEYS else converted
    if isinstance(value, list | tuple):
        return [to_ejson(item) for item in value]
    return value


def is_number(value: Any) -> bool:
    """Return True for a JSON number; Python also counts booleans as numbers."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def date_of(milliseconds: float) -> datetime:
    """Return the time. JavaScript's dates have a wider range than Python's, so the nearest possible one is returned."""
    try:
        return min(max(EPOCH + timedelta(milliseconds=milliseconds), EARLIEST), LATEST)
    except OverflowError:
        return LATEST if milliseconds > 0 else EARLIEST


def milliseconds_of(moment: datetime) -> int:
    """Return the time in epoch milliseconds."""
    return (moment - EPOCH) // MILLISECOND
