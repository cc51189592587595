"""Fills values into statements that were generated for samples of them.

Django needs several milliseconds to generate a long statement. One that is needed again and again, with only other
keys, texts and times, is therefore generated once for samples. The parameters that are samples are then replaced. A
decision in a small room takes 0.45 (SQLite) to 0.63 (PostgreSQL) of the processor time that way (measured).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

# Samples occur in no query. Each group of them starts at a multiple of GROUP.
FIRST_KEY = 1_907_350_000
GROUP = 100
TEXT = "sample text {}"
TIMES = {
    "accepted_at": datetime(2871, 3, 1, 5, 7, 11, 130_001, tzinfo=UTC),
    "now": datetime(2875, 3, 1, 5, 7, 11, 130_001, tzinfo=UTC),
}
# Times that are computed from a sample, such as "an hour later", are that near to it.
NEAR = timedelta(days=500)
# Lists are padded to one of these lengths by repeating a value, so that there are few forms. Longer lists would be
# passed differently (see key_lists.py).
LENGTHS = (0, 1, 2, 4, 7)

Value = int | str


def length_of(values: Collection[Any]) -> int | None:
    """Return the length to which a list is padded; None if it is too long."""
    return next((length for length in LENGTHS if length >= len(values)), None)


def padded(values: Collection[Any]) -> list[Any]:
    """Return the values as a list of that length."""
    listed = list(values)
    return listed + listed[:1] * ((length_of(values) or 0) - len(listed))


def sample_keys(group: int, number: int) -> list[int]:
    """Return this many samples of keys."""
    return [FIRST_KEY + group * GROUP + place for place in range(number)]


def sample_texts(number: int) -> list[str]:
    """Return this many samples of texts."""
    return [TEXT.format(place) for place in range(number)]


SAMPLES: frozenset[Value] = frozenset(
    [*(key for group in range(5) for key in sample_keys(group, LENGTHS[-1])), *sample_texts(LENGTHS[-1])]
)


@dataclass(frozen=True, slots=True)
class Slots:
    """The parameters of a statement, and which of them are replaced.

    `values` maps positions to samples, and to the type that the database expects. `times` maps positions to the name of
    a time, and to what is added to it.
    """

    parameters: tuple[Any, ...]
    values: tuple[tuple[int, Value, type], ...]
    times: tuple[tuple[int, str, timedelta], ...]

    def filled(self, values: Mapping[Value, Value], times: Mapping[str, datetime]) -> list[Any]:
        """Return the parameters, with these values in place of the samples."""
        adapt: Callable[[datetime], Any] = connections[DEFAULT_DB_ALIAS].ops.adapt_datetimefield_value
        parameters = list(self.parameters)
        for position, sample, kind in self.values:
            parameters[position] = kind(values[sample])
        for position, name, later in self.times:
            parameters[position] = adapt(times[name] + later)
        return parameters


def slots_of(parameters: Sequence[Any]) -> Slots:
    """Find the samples in the parameters of a statement."""
    values = [(place, value, type(value)) for place, value in enumerate(parameters) if is_sample(value)]
    times = [
        (place, name, at - TIMES[name])
        for place, value in enumerate(parameters)
        if (at := time_in(value)) is not None and (name := name_near(at))
    ]
    return Slots(tuple(parameters), tuple(values), tuple(times))


def is_sample(value: Any) -> bool:
    return isinstance(value, (int, str)) and not isinstance(value, bool) and value in SAMPLES


def time_in(value: Any) -> datetime | None:
    """Return the time that a parameter is, in the database's format."""
    if isinstance(value, str) and value.startswith("28"):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def name_near(at: datetime) -> str:
    return next((name for name, sample in TIMES.items() if abs(at - sample) < NEAR), "")
