"""Comparing stored times with the times that clients know, which have milliseconds only."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


def millisecond_of(at: datetime) -> datetime:
    """Return the time without its microseconds, as clients see it."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def next_millisecond(at: datetime) -> datetime:
    """Return the first time that clients see as later than this one."""
    try:
        return millisecond_of(at) + MILLISECOND
    except OverflowError:
        return at


def epoch_milliseconds(at: datetime) -> int:
    """Return the time in epoch milliseconds."""
    return (at - EPOCH) // MILLISECOND
