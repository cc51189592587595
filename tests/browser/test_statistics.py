"""The dashboard's statistics in a real browser: they are updated in place."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from push.models import RollupHour, State
from push.services.rollups import hours_roll_up
from tests.admin_rows import administrator, notification_of
from tests.factories import RoomFactory, UserFactory, message_in
from workspace.models import User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DRAWN = "canvas => Chart.getChart(canvas).data.datasets[0].data.at(-1)"


def test_figures_and_charts_follow_without_moving_focus_or_scroll_position(
    site: str, sign_in: Callable[[User, str], Page]
) -> None:
    room, sender = RoomFactory(), UserFactory()
    notification_of(message_in(room, sender), UserFactory(), State.SENT)
    hours_roll_up()
    page = sign_in(administrator(username="admin"), "/")
    page.clock.install()
    page.goto("/admin/")
    card = page.locator("[data-key=card-sent]")
    chart = page.locator("[data-key=chart-outcomes]")
    expect(card).to_contain_text("1")
    assert chart.locator("canvas").evaluate(DRAWN) == 1
    summary = chart.locator("summary")
    summary.focus()
    page.keyboard.press("Enter")
    expect(chart.locator("table")).to_be_visible()
    position = page.evaluate("window.scrollY")
    width = chart.locator("canvas").evaluate("canvas => canvas.width")

    notification_of(message_in(room, sender), UserFactory(), State.SENT)
    RollupHour.objects.update(computed_at="2026-01-01T00:00Z")
    hours_roll_up()
    page.clock.fast_forward("00:21")
    expect(card).to_contain_text("2")
    expect(chart.locator("tbody a").first).to_have_text("2")
    assert chart.locator("canvas").evaluate(DRAWN) == 2
    assert chart.locator("canvas").evaluate("canvas => canvas.width") == width
    expect(summary).to_be_focused()
    assert page.evaluate("window.scrollY") == position


def test_on_a_phone_the_page_is_as_wide_as_the_screen(site: str, sign_in: Callable[[User, str], Page]) -> None:
    notification_of(message_in(RoomFactory(), UserFactory()), UserFactory(), State.SENT)
    hours_roll_up()
    page = sign_in(administrator(username="admin"), "/")
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto("/admin/?period=90d")
    expect(page.locator("[data-key=card-sent]")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.locator("select[name=channel]").select_option("email")
    page.get_by_role("button", name="Filter").click()
    expect(page.get_by_text("Nothing matches these filters in this period.")).to_be_visible()
    expect(page.locator(".cb-periods [aria-current]")).to_have_text("90 days")
