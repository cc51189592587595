"""Weekly hours in the page's language."""

from __future__ import annotations

import pytest
from django.utils import translation

from preferences.quiet.formatting import hours_lines, hours_text, hours_unlocalize
from preferences.quiet.schedule import hours_normalized


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
    assert hours_lines(hours) == english
    with translation.override("de"):
        assert hours_lines(hours) == german
        assert hours_normalized(hours_unlocalize("\n".join(german))) == hours


def test_no_hours_have_a_text() -> None:
    assert hours_lines("") == []
    assert hours_text("") == "No quiet hours"
    assert hours_text("sun 09:00-10:00; sat 09:00-11:00") == "Sat 09:00–11:00; Sun 09:00–10:00"


@pytest.mark.parametrize("written", ["Mo-Do 9:00-10:00", "mon-thu 09:00-10:00", "Montag – Donnerstag 9:00 – 10:00"])
def test_days_are_read_in_the_page_language_and_in_the_stored_form(written: str) -> None:
    with translation.override("de"):
        assert hours_normalized(hours_unlocalize(written)) == "mon-thu 09:00-10:00"


def test_other_words_stay_unchanged() -> None:
    assert hours_unlocalize("someday at s 9:00") == "someday at s 9:00"
