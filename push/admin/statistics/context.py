"""The context of the statistics' template."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from push.admin.statistics.cards import cards_of
from push.admin.statistics.charts import charts_of
from push.admin.statistics.query import filters_asked, period_asked, query_of
from push.admin.statistics.tables import tables_of
from push.admin.statistics.texts import provider_text
from push.models import Channel
from push.selectors.statistics.figures import choices_of, figures_of, freshness
from push.selectors.statistics.periods import CUSTOM, Period, period_names
from push.selectors.statistics.totals import Filters

VIEW = "push.view_notification"
# Channels with a queue; desktop notifications are shown at once and not recorded.
CHANNELS = (Channel.PUSH, Channel.EMAIL)


def statistics_context(request: HttpRequest) -> dict[str, Any]:
    """Return the statistics that the request asks for, with the choices of periods and filters."""
    period, filters = period_asked(request), filters_asked(request)
    figures = figures_of(period, filters)
    fresh = freshness(period, timezone.now())
    return {
        "statistics": {
            "period": period,
            "filters": filters,
            "is_filtered": filters != Filters(),
            "is_empty": figures.is_empty,
            "periods": period_choices(period, filters),
            "channels": [(channel.value, channel.label) for channel in CHANNELS],
            **_choices(period, filters),
            "cards": cards_of(figures),
            "charts": charts_of(figures),
            "tables": tables_of(figures),
            "computed_at": fresh.computed_at,
            "missing_hours": fresh.missing_hours,
            "zone": str(period.zone),
            "unfiltered_url": f"{reverse('admin:index')}?{query_of(period, Filters())}#statistics",
            "kept": [(name, value) for name, value in asdict(filters).items() if value],
            "live_url": f"{reverse('statistics')}?{query_of(period, filters)}",
            "csv_url": f"{reverse('statistics-csv')}?{query_of(period, filters)}",
        }
    }


def period_choices(period: Period, filters: Filters) -> list[dict[str, Any]]:
    """Return the links to the periods that end now."""
    names = {"24h": _("24 hours"), "7d": _("7 days"), "30d": _("30 days"), "90d": _("90 days")}
    return [
        {
            "title": names[name],
            "url": f"{reverse('admin:index')}?{query_of(period, filters, name=name)}#statistics",
            "is_chosen": name == period.name,
        }
        for name in period_names()
    ]


def _choices(period: Period, filters: Filters) -> dict[str, Any]:
    """Return the providers and apps to choose from, and the days of the form."""
    providers, apps = choices_of(period)
    return {
        "providers": [(name, provider_text(name)) for name in sorted({*providers, filters.provider} - {""})],
        "apps": sorted({*apps, filters.app} - {""}),
        "first_day": period.first_day.isoformat(),
        "last_day": min(period.last_day, timezone.localdate()).isoformat(),
        "today": timezone.localdate().isoformat(),
        "is_custom": period.name == CUSTOM,
    }
