"""The cards: a figure of the period, the change from the period before, and the list that explains it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from push.admin.statistics.links import attempts_url, notifications_url
from push.admin.statistics.texts import change_text, count_text, duration_text, share_text
from push.models import Answer, Measure, State
from push.selectors.statistics.figures import Figures

Card = dict[str, Any]


def cards_of(figures: Figures) -> list[Card]:
    """Return the cards. Notifications are left out if the filters ask for deliveries of one provider or app."""
    cards = [] if figures.filters.only_deliveries else list(_notification_cards(figures))
    return cards + list(_delivery_cards(figures))


def _card(
    key: str, title: str, icon: str, figure: str, url: str, *, now: float | None, before: float | None, old: str
) -> Card:
    change = change_text(now, before)
    note = _("%(change)s compared with %(before)s before") % {"change": change, "before": old} if change else ""
    return {"key": key, "title": title, "icon": icon, "figure": figure, "url": url, "change": change, "note": note}


def _count_card(key: str, title: str, icon: str, url: str, counts: tuple[int, int], *, is_bad: bool = False) -> Card:
    now, before = counts
    card = _card(key, title, icon, count_text(now), url, now=now, before=before, old=count_text(before))
    return card | {"is_bad": is_bad and now > 0}


def _duration_card(figures: Figures, key: str, title: str, icon: str, url: str, measure: str, share: float) -> Card:
    now, before = figures.current.percentile(measure, share), figures.previous.percentile(measure, share)
    return _card(key, title, icon, duration_text(now), url, now=now, before=before, old=duration_text(before))


def _notification_cards(figures: Figures) -> Iterator[Card]:
    states = (
        (State.SENT, _("Sent"), "check_circle"),
        (State.DROPPED, _("Dropped"), "filter_alt_off"),
        (State.FAILED, _("Failed"), "error"),
    )
    for state, title, icon in states:
        url = notifications_url(figures.period, figures.filters, state=state)
        counts = figures.current.ended(state), figures.previous.ended(state)
        yield _count_card(state, title, icon, url, counts, is_bad=state == State.FAILED)
    url = notifications_url(figures.period, figures.filters, state=State.SENT)
    yield _duration_card(figures, "sent-50", _("Accepted to sent, median"), "timer", url, Measure.SENT, 0.5)
    yield _duration_card(figures, "sent-95", _("Accepted to sent, 95%"), "timer", url, Measure.SENT, 0.95)
    yield _duration_card(figures, "late-95", _("Lateness, 95%"), "alarm", url, Measure.LATENESS, 0.95)


def _delivery_cards(figures: Figures) -> Iterator[Card]:
    current, previous, period, filters = figures.current, figures.previous, figures.period, figures.filters
    url = attempts_url(period, filters, answers=[Answer.ACCEPTED])
    counts = current.answered(Answer.ACCEPTED), previous.answered(Answer.ACCEPTED)
    yield _count_card("accepted", _("Accepted deliveries"), "send_to_mobile", url, counts)
    if filters.only_deliveries:
        yield _duration_card(figures, "d-50", _("Accepted to delivery, median"), "timer", url, Measure.DELIVERY, 0.5)
        yield _duration_card(figures, "d-95", _("Accepted to delivery, 95%"), "timer", url, Measure.DELIVERY, 0.95)
    url = attempts_url(period, filters, received=True)
    counts = current.confirmed(), previous.confirmed()
    share = share_text(counts[0], current.answered(Answer.ACCEPTED))
    card = _count_card("received", _("Confirmed by devices"), "check", url, counts)
    yield card | {"extra": _("%(share)s of the accepted deliveries") % {"share": share} if counts[0] else ""}
    url = attempts_url(period, filters, answers=[Answer.DEAD])
    yield _count_card(
        "dead", _("Removed tokens"), "delete", url, (current.answered(Answer.DEAD), previous.answered(Answer.DEAD))
    )
    refused = (Answer.REFUSED, Answer.UNAUTHORIZED)
    url = attempts_url(period, filters, answers=refused)
    counts = current.answered(*refused), previous.answered(*refused)
    yield _count_card("refused", _("Refused deliveries"), "error", url, counts, is_bad=True)
