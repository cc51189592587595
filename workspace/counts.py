"""Counting calls in the cache. A cache that cannot be asked (Redis being away) holds nobody up: nothing is counted."""

from __future__ import annotations

import logging

from django.core.cache import cache
from redis import RedisError

log = logging.getLogger(__name__)


def call_count(key: str, *, seconds: int) -> int:
    """Count one call under `key`, forgotten after `seconds`; returns how many there were, 1 where that is unknown."""
    try:
        cache.add(key, 0, timeout=seconds)
        return cache.incr(key)
    except (RedisError, ValueError) as error:
        # ValueError: the entry was dropped for want of room since it was made.
        log.warning("Calls are not counted: %s", error)
        return 1


def first_within(key: str, *, seconds: int) -> bool:
    """Return whether this is the first time in `seconds` that `key` is asked about; true where that is unknown."""
    try:
        return cache.add(key, True, timeout=seconds)
    except RedisError as error:
        log.warning("Calls are not counted: %s", error)
        return True
