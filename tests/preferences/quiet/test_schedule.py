"""The text format of weekly hours."""

from __future__ import annotations

import re

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from preferences.quiet.schedule import DAY_MINUTES, Stretch, checked, hours_format, hours_normalized, hours_read

STRETCHES = st.builds(
    lambda day, start, length: Stretch(day, start, start + length),
    st.integers(0, 6),
    st.integers(0, DAY_MINUTES - 1),
    st.integers(1, DAY_MINUTES - 1),
)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("", ""),
        ("  \n ", ""),
        ("mon-fri 22:00-07:00", "mon-fri 22:00-07:00"),
        ("Monday – Friday 22:00 – 7:00", "mon-fri 22:00-07:00"),
        ("Sun, Sat 00:00-24:00; fri-mon 1:00-2:00", "mon,fri-sun 01:00-02:00\nsat,sun 00:00-24:00"),
        ("sat-mon 22:00-00:00", "mon,sat,sun 22:00-24:00"),
        ("tue 09:00-10:00\ntue 09:00-10:00\nmon 09:00-10:00", "mon,tue 09:00-10:00"),
    ],
)
def test_equal_hours_are_stored_as_equal_texts(written: str, kept: str) -> None:
    assert hours_normalized(written) == kept
    assert hours_normalized(kept) == kept


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("every day at night", "is not valid"),
        ("mon 22:00", "is not valid"),
        ("moo 22:00-07:00", "not a day of the week"),
        ("mon 25:00-26:00", "not a time of day"),
        ("mon 08:60-09:00", "not a time of day"),
        ("mon 24:00-09:00", "not a time of day"),
        ("mon 08:00-08:00", "cannot start and end at"),
        ("mon-sun 00:00-24:00", "never end"),
        ("mon-sun 07:00-23:00\nmon-sun 22:00-08:00", "never end"),
        ("\n".join(f"mon-sun {hour:02}:00-{hour:02}:30" for hour in range(5)), "At most 28"),
    ],
)
def test_invalid_hours_are_reported(written: str, text: str) -> None:
    with pytest.raises(ValidationError, match=text):
        hours_read(written)


@pytest.mark.thorough
@settings(deadline=None)
@given(st.lists(STRETCHES, max_size=8))
def test_formatted_hours_read_back_the_same(stretches: list[Stretch]) -> None:
    try:
        kept = checked(stretches)
    except ValidationError:
        return
    assert hours_read(hours_format(kept)) == kept


def test_hours_without_days_apply_to_every_day() -> None:
    assert hours_normalized("22:00-07:00") == "mon-sun 22:00-07:00"


@pytest.mark.parametrize("text", ["00:00-24:00", "00:00-00:00"])
def test_an_error_recommends_nothing_that_would_be_refused(text: str) -> None:
    with pytest.raises(ValidationError) as caught:
        hours_normalized(text)
    for example in re.findall(r"“([^”]*-[^”]*)”", " ".join(caught.value.messages)):
        hours_normalized(example)
