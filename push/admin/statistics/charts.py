"""The charts, each with a table of the same figures."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from push.admin.statistics.links import attempts_url, notifications_url
from push.admin.statistics.texts import count_text, duration_text
from push.models import Answer, Measure, State
from push.selectors.statistics.figures import Figures, PartFigures
from push.selectors.statistics.periods import Part, Period

PRIMARY, GREY, RED, LIGHT = "var(--color-primary-600)", "var(--color-base-400)", "#dc2626", "var(--color-primary-300)"
OUTCOMES = (
    (State.SENT, gettext_lazy("Sent"), PRIMARY),
    (State.DROPPED, gettext_lazy("Dropped"), GREY),
    (State.FAILED, gettext_lazy("Failed"), RED),
)
ANSWERS = (
    (Answer.ACCEPTED, gettext_lazy("Accepted"), PRIMARY),
    (Answer.RETRY, gettext_lazy("Retried"), GREY),
    (Answer.DEAD, gettext_lazy("Invalid token"), LIGHT),
    (Answer.REFUSED, gettext_lazy("Refused"), RED),
)
PERCENTILES = ((0.5, gettext_lazy("Median"), PRIMARY), (0.95, gettext_lazy("95%"), GREY))
# Up to this, charts show milliseconds, then seconds.
MILLISECONDS_UP_TO = 10.0
# Labels get too close to each other on narrow screens if there are more.
MAX_TICKS = 10
Chart = dict[str, Any]


def charts_of(figures: Figures) -> list[Chart]:
    """Return the charts for unfold's components."""
    if figures.filters.only_deliveries:
        return [_answers_chart(figures), _durations_chart(figures, Measure.DELIVERY, _("From accepted to delivery"))]
    return [
        _outcomes_chart(figures),
        _durations_chart(figures, Measure.SENT, _("From accepted to sent")),
        _durations_chart(figures, Measure.LATENESS, _("Lateness: from due to sent")),
    ]


def part_period(period: Period, part: Part) -> Period:
    """Return a part as a period of its own, for links."""
    return Period(period.name, part.begin, part.end, period.is_daily, period.zone)


def _short_name(period: Period, part: Part) -> str:
    at = period.local(part.begin)
    if period.is_daily:
        return date_format(at, "SHORT_DATE_FORMAT")
    is_short = period.end - period.begin <= 24
    return date_format(at, "H:i" if is_short else "D H:i")


def _full_name(period: Period, part: Part) -> str:
    """Return the hour with its time zone, because an hour occurs twice when clocks are set back; or the day."""
    at = period.local(part.begin)
    if period.is_daily:
        return date_format(at, "DATE_FORMAT")
    return f"{date_format(at, 'SHORT_DATE_FORMAT')} {at:%H:%M}–{at + timedelta(hours=1):%H:%M} {at:%Z}"


def _chart(figures: Figures, key: str, title: str, kind: str, datasets: list[Chart], table: Chart) -> Chart:
    labels = [_short_name(figures.period, part.part) for part in figures.parts]
    return {
        "key": key,
        "title": title,
        "kind": kind,
        "data": json.dumps({"labels": labels, "datasets": datasets}),
        "legend": [(dataset["label"], dataset["legend"]) for dataset in datasets],
        "table": table,
    }


def _bars(label: str, colour: str, data: list[int]) -> Chart:
    look = {"backgroundColor": colour, "legend": colour, "stack": "all", "maxBarThickness": 20, "borderRadius": 2}
    return {"label": label, "data": data, **look, "displayYAxis": True, "maxTicksXLimit": MAX_TICKS}


def _line(label: str, colour: str, unit: str, data: list[float | None]) -> Chart:
    # A single hour between empty ones would be invisible without its point.
    look = {"borderColor": colour, "backgroundColor": colour, "legend": colour, "pointStyle": "circle"}
    axis = {"displayYAxis": True, "maxTicksXLimit": MAX_TICKS, "suffixYAxis": unit}
    return {"label": f"{label} ({unit})", "data": data, **look, "pointRadius": 2, "tension": 0, **axis}


def _rows(figures: Figures, cells: Callable[[PartFigures], list[Chart]]) -> Iterator[Chart]:
    """Yield the rows of a table, newest first, without the hours or days in which nothing happened."""
    for part in reversed(figures.parts):
        row = cells(part)
        if any(cell["text"] not in ("0", "–") for cell in row):
            yield {"name": _full_name(figures.period, part.part), "cells": row}


def _outcomes_chart(figures: Figures) -> Chart:
    def cells(part: PartFigures) -> list[Chart]:
        period = part_period(figures.period, part.part)
        return [
            {
                "text": count_text(part.states[state]),
                "url": notifications_url(period, figures.filters, state=state) if part.states[state] else "",
            }
            for state, _title, _colour in OUTCOMES
        ]

    title = _("Finished notifications by day") if figures.period.is_daily else _("Finished notifications by hour")
    bars = [
        _bars(str(name), colour, [part.states[state] for part in figures.parts]) for state, name, colour in OUTCOMES
    ]
    table = {"headers": [str(name) for _state, name, _colour in OUTCOMES], "rows": list(_rows(figures, cells))}
    return _chart(figures, "outcomes", title, "bar", bars, table)


def _answers_chart(figures: Figures) -> Chart:
    def cells(part: PartFigures) -> list[Chart]:
        period = part_period(figures.period, part.part)
        return [
            {
                "text": count_text(part.answers[answer]),
                "url": attempts_url(period, figures.filters, answers=[answer]) if part.answers[answer] else "",
            }
            for answer, _title, _colour in ANSWERS
        ]

    title = _("Deliveries by day") if figures.period.is_daily else _("Deliveries by hour")
    bars = [
        _bars(str(name), colour, [part.answers[answer] for part in figures.parts]) for answer, name, colour in ANSWERS
    ]
    table = {"headers": [str(name) for _answer, name, _colour in ANSWERS], "rows": list(_rows(figures, cells))}
    return _chart(figures, "deliveries", title, "bar", bars, table)


def _durations_chart(figures: Figures, measure: str, title: str) -> Chart:
    values = [[part.durations.percentile(measure, share) for part in figures.parts] for share, *_rest in PERCENTILES]
    longest = max((value for line in values for value in line if value is not None), default=0.0)
    factor, unit = (1000, _("ms")) if longest < MILLISECONDS_UP_TO else (1, _("s"))
    lines = [
        _line(str(name), colour, unit, [None if value is None else round(value * factor, 1) for value in line])
        for (_share, name, colour), line in zip(PERCENTILES, values, strict=True)
    ]

    def cells(part: PartFigures) -> list[Chart]:
        return [{"text": duration_text(part.durations.percentile(measure, share))} for share, *_rest in PERCENTILES]

    table = {"headers": [str(name) for _share, name, _colour in PERCENTILES], "rows": list(_rows(figures, cells))}
    return _chart(figures, measure, title, "line", lines, table)
