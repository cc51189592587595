"""Weekly hours as people read and write them, in the language of the page."""

from __future__ import annotations

import re

from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import gettext as _

from preferences.quiet.schedule import DAYS, hours_normalized


def hours_told(hours: str) -> list[str]:
    """Return one line for hours that are alike; none where no hours are quiet."""
    return [line_told(line) for line in hours_normalized(hours).splitlines()]


def line_told(line: str) -> str:
    """Return one line of the form in which hours are kept."""
    days, clock = line.split(" ")
    named = ["–".join(str(WEEKDAYS_ABBR[DAYS.index(day)]) for day in part.split("-")) for part in days.split(",")]
    return f"{', '.join(named)} {clock.replace('-', '–')}"


def hours_shown(hours: str) -> str:
    """Return all hours on one line, and in words that there are none."""
    return "; ".join(hours_told(hours)) or _("No quiet hours")


def hours_heard(text: str) -> str:
    """Return hours as somebody wrote them, with the days named as they are kept; what is no day is left as it is."""
    return re.sub(r"[^\W\d_]{2,}", lambda word: day_heard(word[0]), text)


def day_heard(name: str) -> str:
    """Return the kept name of the one day that begins so in the language of the page; else what was given."""
    begun = [day for day, spoken in WEEKDAYS.items() if str(spoken).lower().startswith(name.lower())]
    return DAYS[begun[0]] if len(begun) == 1 else name
