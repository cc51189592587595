"""The dashboard's statistics on their own: for the page that updates them, and as a CSV file."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from push.admin.statistics.context import VIEW, statistics_context
from push.admin.statistics.export import csv_lines
from push.admin.statistics.query import filters_asked, period_asked
from push.selectors.statistics.figures import figures_of
from workspace.pages.settings.base import settings_view


@settings_view(permission=VIEW)
@require_GET
def statistics(request: HttpRequest) -> HttpResponse:
    """Return the figures for an open dashboard."""
    return render(request, "admin/push/statistics/figures.html", statistics_context(request))


@settings_view(permission=VIEW)
@require_GET
def statistics_csv(request: HttpRequest) -> HttpResponse:
    """Return the hours or days of the period as a file."""
    period, filters = period_asked(request), filters_asked(request)
    name = f"statistics-{period.first_day:%Y%m%d}-{period.last_day:%Y%m%d}.csv"
    return HttpResponse(
        "".join(csv_lines(figures_of(period, filters))),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
