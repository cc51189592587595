"""A month's usage: the forecast, and the CSV export."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import time_machine

from cloud.models import Outcome, QuotaMonth, UsageCount
from cloud.selectors.usage import usage_csv, usage_month
from tests.factories import registered

pytestmark = pytest.mark.django_db

MONTH = date(2026, 11, 1)


@pytest.mark.parametrize(
    ("today", "used", "reached_on"),
    [
        (datetime(2026, 11, 12, tzinfo=UTC), 5_000, date(2026, 11, 23)),
        (datetime(2026, 11, 12, tzinfo=UTC), 1_000, None),
        (datetime(2026, 11, 12, tzinfo=UTC), 10_000, date(2026, 11, 12)),
        (datetime(2026, 11, 12, tzinfo=UTC), 0, None),
        (datetime(2026, 12, 2, tzinfo=UTC), 5_000, None),
    ],
)
def test_the_forecast_is_the_day_on_which_the_limit_is_reached(
    today: datetime, used: int, reached_on: date | None
) -> None:
    workspace, _token = registered()
    QuotaMonth.objects.create(workspace=workspace, month=MONTH, used=used)
    with time_machine.travel(today, tick=False):
        assert usage_month(workspace, MONTH).forecast == reached_on


def test_an_app_name_is_escaped_against_spreadsheet_formulas() -> None:
    workspace, _token = registered()
    for day, app in ((2, "=1+1"), (1, "org.opera")):
        UsageCount.objects.create(
            workspace=workspace,
            day=MONTH.replace(day=day),
            app=app,
            platform="apn",
            outcome=Outcome.ACCEPTED,
            count=day,
        )
    text = usage_csv(workspace, since=MONTH, until=MONTH.replace(day=30))
    assert text.splitlines() == [
        "day,app,platform,outcome,count",
        "2026-11-01,org.opera,apn,accepted,1",
        "2026-11-02,'=1+1,apn,accepted,2",
    ]
