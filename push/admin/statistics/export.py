"""The statistics as a CSV file: one line per hour or day, with times in UTC and durations in seconds."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from push.models import Answer, Measure, State
from push.models.rollups import hour_start
from push.selectors.statistics.figures import Figures, PartFigures

STATES = (State.SENT, State.DROPPED, State.FAILED)
MEASURES = (Measure.SENT, Measure.LATENESS, Measure.DELIVERY)
SHARES = ((0.5, "p50"), (0.95, "p95"))
HEADER = [
    *("begin", "end", *(f"{state}" for state in STATES)),
    *(f"deliveries_{answer}" for answer in Answer),
    "deliveries_received",
    *(
        f"{name}_{share}_seconds"
        for name in ("accepted_to_sent", "lateness", "accepted_to_delivery")
        for _s, share in SHARES
    ),
]


class Line:
    """A file whose only content is the line that was written last."""

    text = ""

    def write(self, text: str) -> None:
        self.text = text


def csv_lines(figures: Figures) -> Iterator[str]:
    """Yield the lines of the file. The columns have the same names in every language."""
    line = Line()
    writer = csv.writer(line)
    writer.writerow(HEADER)
    yield line.text
    for part in figures.parts:
        writer.writerow(values_of(part))
        yield line.text


def values_of(part: PartFigures) -> list[str | int]:
    """Return the values of one line."""
    durations = [part.durations.percentile(measure, share) for measure in MEASURES for share, _name in SHARES]
    return [
        *(f"{hour_start(hour):%Y-%m-%dT%H:%M:%SZ}" for hour in (part.part.begin, part.part.end)),
        *(part.states[state] for state in STATES),
        *(part.answers[answer] for answer in Answer),
        part.received,
        *("" if seconds is None else f"{seconds:.3f}" for seconds in durations),
    ]
