"""The browser's time zone, reported by the script of the pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.factories import PASSWORD, UserFactory
from tests.in_flight import context_leave
from workspace.models import User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NOTICE = "Times are now shown in Europe/Berlin, the time zone of your browser."


@pytest.fixture
def berlin(browser: Browser, site: str) -> Iterator[BrowserContext]:
    """Open a browser with the time zone of Berlin."""
    context = browser.new_context(base_url=site, locale="en-US", timezone_id="Europe/Berlin")
    yield context
    context_leave(context)


def signed_in_page(context: BrowserContext) -> Page:
    UserFactory(username="ana")
    page = context.new_page()
    page.goto("/sign-in/?next=/account/quiet-hours/")
    page.get_by_label("Username or e-mail address").fill("ana")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/account/quiet-hours/")
    return page


def test_the_first_page_after_sign_in_is_in_the_browsers_zone(berlin: BrowserContext) -> None:
    page = signed_in_page(berlin)
    expect(page.get_by_text(NOTICE)).to_be_visible()
    expect(page.get_by_label("Monday from (Europe/Berlin)")).to_be_visible()
    page.get_by_role("link", name="Change the time zone").click()
    expect(page.get_by_label("Time zone")).to_have_value("Europe/Berlin")
    expect(page.get_by_text(NOTICE)).to_be_hidden()


def test_an_open_session_reports_the_missing_time_zone(berlin: BrowserContext) -> None:
    page = signed_in_page(berlin)
    User.objects.update(time_zone="", accepts_browser_time_zone=True)
    page.goto("/account/quiet-hours/")
    expect(page.get_by_text(NOTICE)).to_be_visible()
    expect(page.get_by_label("Monday from (Europe/Berlin)")).to_be_visible()
