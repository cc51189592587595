"""Counters of calls in the cache. If the cache is unavailable (such as Redis being down), calls are not counted."""

from __future__ import annotations

import logging

from django.core.cache import cache
from redis import RedisError

log = logging.getLogger(__name__)


def call_count(key: str, *, seconds: int) -> int:
    """Count a call under `key` and return the total, which expires after `seconds`; 1 if the cache is unavailable."""
    try:
        cache.add(key, 0, timeout=seconds)
        return cache.incr(key)
    except (RedisError, ValueError) as error:
        # ValueError: the entry was evicted after it was added.
        log.warning("Calls are not counted: %s", error)
        return 1


def first_within(key: str, *, seconds: int) -> bool:
    """Return True for the first call with this `key` in `seconds`, and if the cache is unavailable."""
    try:
        return cache.add(key, True, timeout=seconds)
    except RedisError as error:
        log.warning("Calls are not counted: %s", error)
        return True
