"""When to try again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from push.providers.answers import MAX_RETRIES, retry_after_parse, retry_wait

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("0", timedelta(0)),
        ("120", timedelta(seconds=120)),
        (" 7 ", timedelta(seconds=7)),
        ("Sun, 01 Mar 2026 12:05:00 GMT", timedelta(minutes=5)),
        ("Sun, 01 Mar 2026 12:05:00 -0000", timedelta(minutes=5)),
        ("Sun, 01 Mar 2026 11:00:00 GMT", timedelta(0)),
        ("86400", timedelta(hours=1)),
        ("9" * 400, timedelta(hours=1)),
        ("Fri, 01 Jan 2100 00:00:00 GMT", timedelta(hours=1)),
        ("", None),
        ("-5", None),
        ("soon", None),
        ("१२", None),
        ("1.5", None),
    ],
)
def test_retry_after_is_read_in_both_forms_and_kept_within_an_hour(value: str, wait: timedelta | None) -> None:
    assert retry_after_parse(value, now=NOW) == wait


@pytest.mark.parametrize(("number", "minutes"), [(1, 1), (2, 2), (3, 4), (4, 8), (5, 16)])
def test_each_wait_lies_around_its_step(number: int, minutes: int) -> None:
    step = timedelta(minutes=minutes)
    waits = {retry_wait(number) for _draw in range(200)}
    assert all(wait is not None and step / 2 <= wait <= step * 1.5 for wait in waits)
    assert len(waits) > 100


def test_after_the_last_retry_there_is_no_further_one() -> None:
    assert retry_wait(MAX_RETRIES) is not None
    assert retry_wait(MAX_RETRIES + 1) is None
    assert retry_wait(MAX_RETRIES + 1, timedelta(seconds=1)) is None


def test_a_wait_that_was_asked_for_is_never_cut_short() -> None:
    asked = timedelta(seconds=100)
    waits = [retry_wait(1, asked) for _draw in range(100)]
    assert all(wait is not None and asked <= wait <= asked * 1.1 for wait in waits)


@pytest.mark.parametrize(("number", "seconds"), [(1, 1), (2, 2), (3, 4), (4, 8), (5, 16)])
def test_no_wait_at_all_is_not_taken_at_its_word(number: int, seconds: int) -> None:
    least = timedelta(seconds=seconds)
    waits = [retry_wait(number, timedelta(0)) for _draw in range(100)]
    assert all(wait is not None and least <= wait <= least * 1.1 for wait in waits)


def test_the_base_of_the_waits_is_configured(settings: object) -> None:
    settings.RETRY_BASE = 2  # type: ignore[attr-defined]
    wait = retry_wait(1)
    assert wait is not None
    assert timedelta(seconds=1) <= wait <= timedelta(seconds=3)
