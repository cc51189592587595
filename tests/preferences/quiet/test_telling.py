"""Weekly hours as people read them."""

from __future__ import annotations

import pytest
from django.utils import translation

from preferences.quiet.schedule import hours_normalized
from preferences.quiet.telling import hours_heard, hours_shown, hours_told


@pytest.mark.parametrize(
    ("hours", "english", "german"),
    [
        ("mon-fri 22:00-07:00", ["Mon–Fri 22:00–07:00"], ["Mo–Fr 22:00–07:00"]),
        (
            "mon,fri-sun 01:00-02:00\nsat,sun 00:00-24:00",
            ["Mon, Fri–Sun 01:00–02:00", "Sat, Sun 00:00–24:00"],
            ["Mo, Fr–So 01:00–02:00", "Sa, So 00:00–24:00"],
        ),
    ],
)
def test_each_line_names_its_days_in_the_readers_language(hours: str, english: list[str], german: list[str]) -> None:
    assert hours_told(hours) == english
    with translation.override("de"):
        assert hours_told(hours) == german
        assert hours_normalized(hours_heard("\n".join(german))) == hours


def test_no_hours_are_told_in_words() -> None:
    assert hours_told("") == []
    assert hours_shown("") == "No quiet hours"
    assert hours_shown("sun 09:00-10:00; sat 09:00-11:00") == "Sat 09:00–11:00; Sun 09:00–10:00"


@pytest.mark.parametrize("written", ["Mo-Do 9:00-10:00", "mon-thu 09:00-10:00", "Montag – Donnerstag 9:00 – 10:00"])
def test_days_are_heard_in_the_readers_language_and_as_they_are_kept(written: str) -> None:
    with translation.override("de"):
        assert hours_normalized(hours_heard(written)) == "mon-thu 09:00-10:00"


def test_what_is_no_day_is_left_as_it_was_written() -> None:
    assert hours_heard("someday at s 9:00") == "someday at s 9:00"
