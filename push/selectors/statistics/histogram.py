"""Histograms of durations, from which percentiles are estimated. Histograms of several hours are merged by adding.

Each bucket is wider than the previous one by the same factor, so the error is a share of the duration: a percentile is
placed within the right bucket and is never wrong by more than `FACTOR` (docs/dashboard.md).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Func, IntegerField

FACTOR = 2**0.25
# The upper end (seconds) of the first bucket is this times FACTOR.
SHORTEST = 0.01
# The last bucket contains everything from about 103 days on.
LAST_BUCKET = 119

Histogram = Mapping[int, int]


class DurationBucket(Func):
    """The bucket of the time between two expressions; negative times belong to the first bucket."""

    arity = 2
    output_field = IntegerField()

    arg_joiner = " - "
    template = (
        f"LEAST({LAST_BUCKET}, FLOOR(LN(GREATEST(EXTRACT(EPOCH FROM (%(expressions)s))::float8, {SHORTEST})"
        f" / {SHORTEST}) / {math.log(FACTOR)}))::integer"
    )

    def as_sqlite(self, compiler: Any, connection: BaseDatabaseWrapper, **extra: Any) -> Any:
        later, earlier = (compiler.compile(expression) for expression in self.source_expressions)
        seconds = f"(julianday({later[0]}) - julianday({earlier[0]})) * 86400.0"
        sql = f"MIN({LAST_BUCKET}, CAST(LN(MAX({seconds}, {SHORTEST}) / {SHORTEST}) / {math.log(FACTOR)} AS INTEGER))"
        return sql, (*later[1], *earlier[1])


def bucket_of(seconds: float) -> int:
    """Return the bucket of a duration, as :class:`DurationBucket` does in the database."""
    return min(LAST_BUCKET, int(math.log(max(seconds, SHORTEST) / SHORTEST) / math.log(FACTOR)))


def histogram_stored(histogram: Histogram) -> list[int]:
    """Return the form that is stored: the first bucket, then the counts from there on. Fast to read as JSON."""
    first, last = min(histogram, default=0), max(histogram, default=-1)
    return [first, *(histogram.get(bucket, 0) for bucket in range(first, last + 1))]


def histogram_add(histogram: Counter[int], stored: list[int]) -> None:
    """Add a stored histogram."""
    for bucket, count in enumerate(stored[1:], stored[0]):
        if count:
            histogram[bucket] += count


def percentile(histogram: Histogram, share: float) -> float | None:
    """Return an estimate of the duration (seconds) that this share of the durations does not exceed; None if empty.

    Within the bucket, durations are assumed to be spread evenly by ratio.
    """
    total = sum(histogram.values())
    if not total:
        return None
    wanted, below = share * total, 0
    for bucket, count in sorted(histogram.items()):
        if below + count >= wanted:
            return SHORTEST * math.pow(FACTOR, bucket + (wanted - below) / count)
        below += count
    return None
