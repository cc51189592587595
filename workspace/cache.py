"""The cache: counting calls in it, and how Redis stores its values.

While the cache is unavailable nothing is counted, and no call is refused.
"""

from __future__ import annotations

import json
import logging
from typing import Any

from django.conf import settings
from django.core.cache import cache

from workspace.logs.events import LogEvent

CALLS_NOT_COUNTED = LogEvent(
    "cache.unavailable",
    "The cache does not answer, so calls are not limited.",
    {"problem": "the error"},
    logging.WARNING,
)

# The errors of a cache that is unavailable. The library needs 6 MB, so it is imported only if it is used.
CACHE_ERRORS: tuple[type[Exception], ...] = ()
if settings.REDIS_URL:
    from redis import RedisError

    CACHE_ERRORS = (RedisError,)
# ValueError: the entry was evicted after it was added.
COUNTING_ERRORS: tuple[type[Exception], ...] = (*CACHE_ERRORS, ValueError)


def call_count(key: str, *, seconds: int, calls: int = 1) -> int:
    """Count calls under `key` and return the total, which expires after `seconds`; `calls` without a cache."""
    try:
        cache.add(key, 0, timeout=seconds)
        return cache.incr(key, calls)
    except COUNTING_ERRORS as error:
        CALLS_NOT_COUNTED.log(problem=str(error))
        return calls


def first_within(key: str, *, seconds: int) -> bool:
    """Return True for the first call with this `key` in `seconds`, and if the cache is unavailable."""
    try:
        return cache.add(key, True, timeout=seconds)
    except CACHE_ERRORS as error:
        CALLS_NOT_COUNTED.log(problem=str(error))
        return True


class JsonSerializer:
    """Serializes cached values, which must be JSON types. Pickle would execute code contained in the data."""

    def dumps(self, value: Any) -> int | bytes:
        """Return the value as stored in Redis. Integers stay integers, so that Redis can increment them."""
        return value if type(value) is int else json.dumps(value, separators=(",", ":")).encode()

    def loads(self, data: bytes) -> Any:
        """Return a stored value; None if it is not JSON, such as a pickle of an earlier version."""
        try:
            return json.loads(data)
        except ValueError:
            return None
