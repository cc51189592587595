"""Preferences in a frame of another site: the application is at 127.0.0.1, and Callboard at localhost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect

from preferences.models import AccountPreferences
from tests.fakes.web_server import FakeHandler, FakeServer, ServedFake
from tests.in_flight import context_leave
from tests.sources import Source, source_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


class Application(ServedFake):
    """A site that shows `link` in a frame."""

    link = ""

    def make_server(self) -> FakeServer:
        return ApplicationServer(self)


class ApplicationServer(FakeServer):
    def __init__(self, application: Application) -> None:
        self.application = application
        super().__init__(("127.0.0.1", 0), ApplicationHandler)


class ApplicationHandler(FakeHandler):
    server: ApplicationServer

    def do_GET(self) -> None:  # noqa: N802 (the name is http.server's)
        frame = (
            f'<iframe src="{self.server.application.link}" width="900" height="1200" title="Notifications"></iframe>'
        )
        page = f'<!DOCTYPE html><title>Help desk</title><link rel="icon" href="data:,"><h1>Help desk</h1>{frame}'
        self.respond(200, {"Content-Type": "text/html"}, page.encode())


@pytest.fixture
def application() -> Iterator[Application]:
    with Application() as running:
        yield running


def desk_of(application: Application, site: str, *, origins: str) -> Source:
    """Create a source whose pages these origins may show, and give the application a link of a person."""
    desk = source_of(frame_origins=origins)
    desk.report("room", id="r1", name="Ticket 1", members=["anna", "ben"])
    path = desk.report("link", user="anna")["url"].partition("/embedded/")[2]
    application.link = f"{site}/embedded/{path}"
    return desk


@contextmanager
def shown(browser: Browser, application: Application) -> Iterator[tuple[Page, list[str]]]:
    """Open the application in a browser; yields the page and the errors in its console."""
    context = browser.new_context(locale="en-US")
    errors: list[str] = []
    context.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page = context.new_page()
    page.goto(application.address)
    yield page, errors
    context_leave(context)


def test_an_allowed_site_shows_the_preferences_and_the_outcome_of_saving(
    browser: Browser, site: str, application: Application
) -> None:
    desk = desk_of(application, site, origins=application.address)
    with shown(browser, application) as (page, errors):
        frame = page.frame_locator("iframe")
        frame.get_by_label("Push notifications (mobile)", exact=True).select_option(label="Nothing")
        frame.get_by_role("button", name="Save").click()
        # The browser has rejected the cookie with the form's own text.
        expect(frame.get_by_role("status")).to_contain_text("Your changes are saved.")
        expect(frame.get_by_label("Push notifications (mobile)", exact=True)).to_have_value("nothing")
        frame.get_by_role("link", name="Devices").click()
        expect(frame.locator("main")).to_contain_text("No device yet")
        expect(frame.locator("main")).not_to_contain_text("mobile app")
        assert errors == []
    assert AccountPreferences.objects.get(user=desk.person("anna")).push == "nothing"


def test_another_site_is_refused(browser: Browser, site: str, application: Application) -> None:
    desk_of(application, site, origins="https://desk.example.org")
    with shown(browser, application) as (page, errors):
        expect(page.get_by_role("heading", name="Help desk")).to_be_visible()
        page.wait_for_function("window.frames.length === 1")
        inner = page.frames[-1]
        inner.wait_for_load_state()
        assert inner.url.startswith("chrome-error:")
        assert any("frame-ancestors" in error for error in errors)
