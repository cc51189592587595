"""Formats weekly hours in the page's language, and reads them in it."""

from __future__ import annotations

import re

from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import gettext as _

from preferences.quiet.schedule import DAYS, hours_normalized


def hours_lines(hours: str) -> list[str]:
    """Return the hours as lines in the page's language; an empty list if there are none."""
    return [line_localize(line) for line in hours_normalized(hours).splitlines()]


def line_localize(line: str) -> str:
    """Translate one line from the stored form into the page's language."""
    days, clock = line.split(" ")
    names = ["–".join(str(WEEKDAYS_ABBR[DAYS.index(day)]) for day in part.split("-")) for part in days.split(",")]
    return f"{', '.join(names)} {clock.replace('-', '–')}"


def hours_text(hours: str) -> str:
    """Return all hours on one line, or a text that there are none."""
    return "; ".join(hours_lines(hours)) or _("No quiet hours")


def hours_unlocalize(text: str) -> str:
    """Replace day names in the page's language by those of the stored form; other words stay unchanged."""
    return re.sub(r"[^\W\d_]{2,}", lambda word: day_unlocalize(word[0]), text)


def day_unlocalize(name: str) -> str:
    """Return the stored name of the only day that starts with `name` in the page's language; else `name` itself."""
    matches = [day for day, local_name in WEEKDAYS.items() if str(local_name).lower().startswith(name.lower())]
    return DAYS[matches[0]] if len(matches) == 1 else name
