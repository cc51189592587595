"""The tables: the same figures by channel, provider, app, reason and response, compared with the period before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from push.admin.statistics.links import attempts_url, notifications_url
from push.admin.statistics.texts import (
    EMPTY,
    app_text,
    change_text,
    count_text,
    duration_text,
    provider_text,
    share_text,
)
from push.explain.reasons import end_sentence, reason_sentence
from push.models import Answer, Channel, Measure, State
from push.selectors.statistics.figures import Figures
from push.selectors.statistics.hours import OTHER
from push.selectors.statistics.totals import Totals

MAX_ROWS = 12
Table = dict[str, Any]
Cell = dict[str, Any]


def tables_of(figures: Figures) -> list[Table]:
    """Return the tables that have rows."""
    tables = [_providers(figures), _apps(figures), _responses(figures)]
    if not figures.filters.only_deliveries:
        tables = [_channels(figures), _rules(figures), _reasons(figures), *tables]
    return [table for table in tables if table["rows"]]


def _table(key: str, title: str, first: str, headers: Iterable[str], rows: list[dict[str, Any]]) -> Table:
    return {"key": key, "title": title, "first": first, "headers": list(headers), "rows": rows}


def _count(count: int, before: int, url: str) -> list[Cell]:
    return [{"text": count_text(count), "url": url if count else ""}, {"text": change_text(count, before) or EMPTY}]


def _durations(figures: Figures, measure: str, **columns: str) -> list[Cell]:
    now = [figures.current.percentile(measure, share, **columns) for share in (0.5, 0.95)]
    before = figures.previous.percentile(measure, 0.95, **columns)
    return [{"text": duration_text(seconds)} for seconds in now] + [{"text": change_text(now[1], before) or EMPTY}]


def _channels(figures: Figures) -> Table:
    rows = []
    for channel in Channel:
        counts = [figures.current.ended(state, channel) for state in (State.SENT, State.DROPPED, State.FAILED)]
        if not any(counts):
            continue
        cells: list[Cell] = []
        for state, count in zip((State.SENT, State.DROPPED, State.FAILED), counts, strict=True):
            url = notifications_url(figures.period, figures.filters, state=state, channel=channel)
            cells += _count(count, figures.previous.ended(state, channel), url)
        rows.append({"name": str(channel.label), "cells": cells + _durations(figures, Measure.SENT, channel=channel)})
    headers = [_("Sent"), _("Difference"), _("Dropped"), _("Difference"), _("Failed"), _("Difference")]
    return _table(
        "channels", _("Channels"), _("Channel"), [*headers, _("Median"), _("95%"), _("Difference of 95%")], rows
    )


def _codes(totals: Totals, *states: str) -> Counter[tuple[str, str]]:
    counts: Counter[tuple[str, str]] = Counter()
    for (_channel, state, code), count in totals.outcomes.items():
        if state in states:
            counts[state, code] += count
    return counts


def _rules(figures: Figures) -> Table:
    before = _codes(figures.previous, State.SENT)
    rows = []
    for (state, code), count in _codes(figures.current, State.SENT).most_common(MAX_ROWS):
        url = notifications_url(figures.period, figures.filters, state=state, code=code)
        cells = _count(count, before[state, code], url) + _durations(figures, Measure.SENT, code=code)
        rows.append({"name": reason_sentence(code), "code": code, "cells": cells})
    headers = [_("Sent"), _("Difference"), _("Median"), _("95%"), _("Difference of 95%")]
    return _table("rules", _("Why notifications were sent"), _("Reason"), headers, rows)


def _reasons(figures: Figures) -> Table:
    before = _codes(figures.previous, State.DROPPED, State.FAILED)
    current = _codes(figures.current, State.DROPPED, State.FAILED)
    rows = []
    for (state, code), count in current.most_common(MAX_ROWS):
        url = notifications_url(figures.period, figures.filters, state=state, code=code)
        cells = [{"text": str(State(state).label)}, *_count(count, before[state, code], url)]
        cells.append({"text": share_text(count, current.total())})
        rows.append({"name": end_sentence(code) or EMPTY, "code": code, "cells": cells})
    headers = [_("State"), _("Notifications"), _("Difference"), _("Share")]
    return _table("reasons", _("Why notifications were not sent"), _("Reason"), headers, rows)


def _summed(totals: Totals, position: int) -> dict[str, Counter[str]]:
    """Return for each value of a column the numbers of deliveries by answer, and those `received`."""
    sums: dict[str, Counter[str]] = {}
    for key, count in totals.deliveries.items():
        counts = sums.setdefault(key[position], Counter())
        counts[key[3]] += count
        counts["received"] += totals.received[key]
    return sums


DELIVERY_COLUMNS = {"provider": 1, "app": 2}


def _attempts(figures: Figures, columns: dict[str, str], answers: Iterable[str] = (), *, received: bool = False) -> str:
    """Return the list of attempts. It has no filter for attempts without an app, or for those of several."""
    if not all(columns.values()) or OTHER in columns.values():
        return ""
    return attempts_url(figures.period, figures.filters, answers=answers, received=received, **columns)


def _deliveries(figures: Figures, column: str, name_of: Any) -> list[dict[str, Any]]:
    current = _summed(figures.current, DELIVERY_COLUMNS[column])
    before = _summed(figures.previous, DELIVERY_COLUMNS[column])
    rows = []
    busiest = sorted(current, key=lambda value: -current[value][Answer.ACCEPTED])[:MAX_ROWS]
    for value in busiest:
        counts, old = current[value], before.get(value, Counter())
        columns: Any = {column: value}
        accepted = counts[Answer.ACCEPTED]
        others = {answer: counts[answer] for answer in Answer if answer != Answer.ACCEPTED and counts[answer]}
        cells = [
            *_count(accepted, old[Answer.ACCEPTED], _attempts(figures, columns, [Answer.ACCEPTED])),
            *_count(sum(others.values()), 0, _attempts(figures, columns, others))[:1],
            *_count(counts[Answer.DEAD], 0, _attempts(figures, columns, [Answer.DEAD]))[:1],
            *_count(counts["received"], 0, _attempts(figures, columns, received=True))[:1],
            {"text": share_text(counts["received"], accepted)},
            *_durations(figures, Measure.DELIVERY, **columns),
        ]
        rows.append({"name": name_of(value), "cells": cells})
    return rows


def _delivery_headers() -> list[str]:
    return [
        *(_("Accepted"), _("Difference"), _("Not accepted"), _("Removed tokens"), _("Confirmed"), _("Share")),
        *(_("Median"), _("95%"), _("Difference of 95%")),
    ]


def _providers(figures: Figures) -> Table:
    rows = _deliveries(figures, "provider", provider_text)
    return _table("providers", _("Deliveries by provider"), _("Provider"), _delivery_headers(), rows)


def _apps(figures: Figures) -> Table:
    rows = _deliveries(figures, "app", app_text)
    return _table("apps", _("Deliveries by app"), _("App"), _delivery_headers(), rows)


def _responses(figures: Figures) -> Table:
    """Return the responses other than "accepted", with the provider's code."""
    current: Counter[tuple[str, str, str]] = Counter()
    before: Counter[tuple[str, str, str]] = Counter()
    for counts, totals in ((current, figures.current), (before, figures.previous)):
        for (_channel, provider, _app, answer, code), count in totals.deliveries.items():
            if answer != Answer.ACCEPTED:
                counts[provider, answer, code] += count
    rows = []
    for key, count in current.most_common(MAX_ROWS):
        provider, answer, code = key
        url = attempts_url(figures.period, figures.filters, answers=[answer], code=code, provider=provider)
        cells = [
            {"text": provider_text(provider)},
            *_count(count, before[key], "" if code == OTHER else url),
        ]
        rows.append({"name": str(Answer(answer).label), "code": code, "cells": cells})
    headers = [_("Provider"), _("Attempts"), _("Difference")]
    return _table("responses", _("Other responses of providers"), _("Response"), headers, rows)
