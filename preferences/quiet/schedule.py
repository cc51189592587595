"""The text format of weekly hours. Each line has days and hours: `mon-fri 22:00-07:00`, or `22:00-07:00` for every day.

A stretch belongs to the day on which it starts. If its end is not after its start, it ends on the next day.
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
MAX_STRETCHES = 28

LINE = re.compile(r"(?:(?P<days>[a-z, -]+?)\s+)?(?P<start>\d{1,2}:\d{2})\s*-\s*(?P<end>\d{1,2}:\d{2})")
CLOCK = re.compile(r"(\d{1,2}):(\d{2})")


@dataclass(frozen=True, slots=True, order=True)
class Stretch:
    """Quiet hours that start on one day of the week (0: Monday), in minutes since that day's midnight.

    `end` is greater than `start`; an `end` above 1,440 is on the next day.
    """

    day: int
    start: int
    end: int

    @property
    def clock(self) -> str:
        """Return the hours as text, such as `22:00-07:00`."""
        end = self.end if self.end <= DAY_MINUTES else self.end - DAY_MINUTES
        return f"{clock_of(self.start)}-{clock_of(end)}"


def clock_of(minutes: int) -> str:
    """Format minutes since midnight as hours and minutes."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def clock_read(text: str, *, allow_24: bool = False) -> int:
    """Parse a time of day and return the minutes since midnight; raises ValidationError."""
    match = CLOCK.fullmatch(text.strip())
    if match:
        hours, minutes = int(match[1]), int(match[2])
        if minutes < 60 and (hours < 24 or (allow_24 and (hours, minutes) == (24, 0))):
            return hours * 60 + minutes
    raise ValidationError(_("“%(text)s” is not a time of day. Write it like 07:30."), params={"text": text})


def stretch_of(day: int, start: str, end: str) -> Stretch:
    """Return the stretch that starts on `day` (0: Monday); raises ValidationError if a time is malformed."""
    begins, ends = clock_read(start), clock_read(end, allow_24=True)
    if begins == ends:
        raise ValidationError(
            _("Quiet hours cannot start and end at %(clock)s. Write a whole day as “sun 00:00-24:00”."),
            params={"clock": clock_of(begins)},
        )
    return Stretch(day, begins, ends if ends > begins else ends + DAY_MINUTES)


def hours_read(text: str) -> tuple[Stretch, ...]:
    """Parse lines of hours and return the stretches, sorted and without duplicates.

    Raises ValidationError if a line is malformed, or if the hours cover the whole week.
    """
    stretches: set[Stretch] = set()
    for line in filter(None, (part.strip() for part in re.split(r"[\n;]", text.lower().replace("–", "-")))):
        match = LINE.fullmatch(line)
        if match is None:
            raise ValidationError(
                _("“%(line)s” is not valid. Write days and hours like “mon-fri 22:00-07:00”."),
                params={"line": line},
            )
        days = days_read(match["days"] or EVERY_DAY)
        stretches.update(stretch_of(day, match["start"], match["end"]) for day in days)
    return checked(stretches)


def checked(stretches: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """Return the stretches sorted; raises ValidationError if there are too many or they cover the whole week."""
    ordered = tuple(sorted(set(stretches)))
    if len(ordered) > MAX_STRETCHES:
        raise ValidationError(_("At most %(most)d quiet periods per week are allowed."), params={"most": MAX_STRETCHES})
    quiet = {
        (stretch.day * DAY_MINUTES + minute) % WEEK_MINUTES
        for stretch in ordered
        for minute in range(stretch.start, stretch.end)
    }
    if len(quiet) == WEEK_MINUTES:
        raise ValidationError(
            _("These quiet hours never end. To receive no pushes, set push notifications to Nothing.")
        )
    return ordered


def days_read(text: str) -> list[int]:
    """Parse a list of days such as `mon-wed, sun` and return their numbers (0: Monday); raises ValidationError."""
    days: list[int] = []
    for part in (part.strip() for part in text.split(",")):
        first, dash, last = (piece.strip() for piece in part.partition("-"))
        begin, end = day_read(first), day_read(last if dash else first)
        days += [day % 7 for day in range(begin, end + 1 if end >= begin else end + 8)]
    return days


def day_read(name: str) -> int:
    """Return the number of the day with this name or abbreviation; raises ValidationError."""
    if len(name) >= 3 and name[:3] in DAYS:
        return DAYS.index(name[:3])
    raise ValidationError(
        _("“%(name)s” is not a day of the week. Days are %(days)s."), params={"name": name, "days": ", ".join(DAYS)}
    )


def hours_format(stretches: Iterable[Stretch]) -> str:
    """Format stretches as lines in the canonical form, so that equal hours give equal texts.

    Raises ValidationError if there are too many stretches or they cover the whole week.
    """
    days_by_clock: dict[tuple[int, int], list[int]] = defaultdict(list)
    for stretch in checked(stretches):
        days_by_clock[stretch.start, stretch.end].append(stretch.day)
    lines = sorted((days, start, end) for (start, end), days in days_by_clock.items())
    return "\n".join(f"{days_format(days)} {Stretch(days[0], start, end).clock}" for days, start, end in lines)


def days_format(days: list[int]) -> str:
    """Format sorted days as a list of single days and ranges of three or more."""
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
    """Return hours in the canonical form in which they are stored; raises ValidationError if they are invalid."""
    return hours_format(hours_read(text))


def hours_validate(text: str) -> None:
    """Raise ValidationError if the hours are malformed or never end."""
    hours_read(text)
