"""Weekly hours, written one line for hours that are alike: `mon-fri 22:00-07:00`, or `22:00-07:00` for every day.

A stretch belongs to the day on which it begins; one that ends at or before its beginning ends on the next day.
`00:00-24:00` is the whole day.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EVERY_DAY = "mon-sun"
DAY_MINUTES = 24 * 60
WEEK_MINUTES = 7 * DAY_MINUTES
HOURS_MAX_LENGTH = 600
MOST_STRETCHES = 28

LINE = re.compile(r"(?:(?P<days>[a-z, -]+?)\s+)?(?P<start>\d{1,2}:\d{2})\s*-\s*(?P<end>\d{1,2}:\d{2})")
CLOCK = re.compile(r"(\d{1,2}):(\d{2})")


@dataclass(frozen=True, slots=True, order=True)
class Stretch:
    """Quiet hours that begin on one day of the week (0: Monday), as minutes since that day's midnight.

    `end` is greater than `start`; one of more than 1,440 minutes lies on the next day.
    """

    day: int
    start: int
    end: int

    @property
    def clock(self) -> str:
        """Return the hours as people write them."""
        end = self.end if self.end <= DAY_MINUTES else self.end - DAY_MINUTES
        return f"{clock_of(self.start)}-{clock_of(end)}"


def clock_of(minutes: int) -> str:
    """Return minutes since midnight as hours and minutes."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def clock_read(text: str, *, allow_24: bool = False) -> int:
    """Return a time of day as minutes since midnight; raises ValidationError for what is none."""
    match = CLOCK.fullmatch(text.strip())
    if match:
        hours, minutes = int(match[1]), int(match[2])
        if minutes < 60 and (hours < 24 or (allow_24 and (hours, minutes) == (24, 0))):
            return hours * 60 + minutes
    raise ValidationError(_("“%(text)s” is no time of day. Write it as 07:30."), params={"text": text})


def stretch_of(day: int, start: str, end: str) -> Stretch:
    """Return the stretch that begins on `day` (0: Monday) at a time of day; raises ValidationError for wrong times."""
    begins, ends = clock_read(start), clock_read(end, allow_24=True)
    if begins == ends:
        raise ValidationError(
            _("Quiet hours from %(clock)s to %(clock)s have no length. A whole day is written as “sun 00:00-24:00”."),
            params={"clock": clock_of(begins)},
        )
    return Stretch(day, begins, ends if ends > begins else ends + DAY_MINUTES)


def hours_read(text: str) -> tuple[Stretch, ...]:
    """Return the stretches that lines of hours describe, in order of the week and each once.

    Raises ValidationError for a line that cannot be understood, and for hours that leave no minute of the week.
    """
    found: set[Stretch] = set()
    for line in filter(None, (part.strip() for part in re.split(r"[\n;]", text.lower().replace("–", "-")))):
        match = LINE.fullmatch(line)
        if match is None:
            raise ValidationError(
                _("“%(line)s” cannot be understood. Write days and hours as “mon-fri 22:00-07:00”."),
                params={"line": line},
            )
        found.update(stretch_of(day, match["start"], match["end"]) for day in days_read(match["days"] or EVERY_DAY))
    return checked(found)


def checked(stretches: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """Return the stretches in order; raises ValidationError for too many, and for those that fill the whole week."""
    ordered = tuple(sorted(set(stretches)))
    if len(ordered) > MOST_STRETCHES:
        raise ValidationError(
            _("At most %(most)d stretches of quiet hours a week can be kept."), params={"most": MOST_STRETCHES}
        )
    quiet = {
        (stretch.day * DAY_MINUTES + minute) % WEEK_MINUTES
        for stretch in ordered
        for minute in range(stretch.start, stretch.end)
    }
    if len(quiet) == WEEK_MINUTES:
        raise ValidationError(
            _("These quiet hours never end. To receive no pushes at all, set push notifications to Nothing.")
        )
    return ordered


def days_read(text: str) -> list[int]:
    """Return the days (0: Monday) of a list such as `mon-wed, sun`; raises ValidationError for unknown ones."""
    days: list[int] = []
    for part in (part.strip() for part in text.split(",")):
        first, dash, last = (piece.strip() for piece in part.partition("-"))
        begin, end = day_read(first), day_read(last if dash else first)
        days += [day % 7 for day in range(begin, end + 1 if end >= begin else end + 8)]
    return days


def day_read(name: str) -> int:
    """Return the number of a day by its name or the first three letters of it; raises ValidationError for others."""
    if len(name) >= 3 and name[:3] in DAYS:
        return DAYS.index(name[:3])
    raise ValidationError(
        _("“%(name)s” is no day of the week. Days are %(days)s."), params={"name": name, "days": ", ".join(DAYS)}
    )


def hours_written(stretches: Iterable[Stretch]) -> str:
    """Return stretches as lines, in the one form in which they are kept: equal hours are equal texts.

    Raises ValidationError where :func:`hours_read` does.
    """
    days_by_clock: dict[tuple[int, int], list[int]] = defaultdict(list)
    for stretch in checked(stretches):
        days_by_clock[stretch.start, stretch.end].append(stretch.day)
    lines = sorted((days, start, end) for (start, end), days in days_by_clock.items())
    return "\n".join(f"{days_written(days)} {Stretch(days[0], start, end).clock}" for days, start, end in lines)


def days_written(days: list[int]) -> str:
    """Return days in order as a list of single days and of ranges of three or more."""
    parts: list[list[int]] = []
    for day in days:
        if parts and parts[-1][-1] == day - 1:
            parts[-1].append(day)
        else:
            parts.append([day])
    written = [
        [f"{DAYS[part[0]]}-{DAYS[part[-1]]}"] if len(part) > 2 else [DAYS[day] for day in part] for part in parts
    ]
    return ",".join(name for names in written for name in names)


def hours_normalized(text: str) -> str:
    """Return hours that somebody wrote in the form in which they are kept; raises ValidationError for wrong ones."""
    return hours_written(hours_read(text))


def hours_validate(text: str) -> None:
    """Raise ValidationError for hours that cannot be understood or that never end."""
    hours_read(text)
