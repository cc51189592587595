"""What a month's pushes tell: where they lead, and as a file for spreadsheets."""

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
def test_the_day_is_foreseen_on_which_the_limit_is_reached_at_this_pace(
    today: datetime, used: int, reached_on: date | None
) -> None:
    workspace, _token = registered()
    QuotaMonth.objects.create(workspace=workspace, month=MONTH, used=used)
    with time_machine.travel(today, tick=False):
        assert usage_month(workspace, MONTH).forecast == reached_on


def test_an_apps_name_is_no_formula_in_a_spreadsheet() -> None:
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
    told = usage_csv(workspace, since=MONTH, until=MONTH.replace(day=30))
    assert told.splitlines() == [
        "day,app,platform,outcome,count",
        "2026-11-01,org.opera,apn,accepted,1",
        "2026-11-02,'=1+1,apn,accepted,2",
    ]
