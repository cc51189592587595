"""A headless Chromium, and users who sign in with it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Literal

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.in_flight import context_leave, requests_shut
from workspace.models import User

# Chromium may request the icon of a page that was left, and then complain about a blank page requesting a private
# address.
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking"),
    "--disable-features=BlockInsecurePrivateNetworkRequests,LocalNetworkAccessChecks",
]

# The same timeout as for Playwright's other actions; the default of 5 s is too short on a busy machine.
expect.set_options(timeout=30_000)


def browser_scope(fixture_name: str, config: pytest.Config) -> Literal["session", "module"]:
    """Return how long Chromium runs: as long as there are only browser tests, because others run their own loops."""
    return "session" if config.option.markexpr == "browser" else "module"


@pytest.fixture(scope=browser_scope)
def browser() -> Iterator[Browser]:
    """Start the system's Chromium.

    Playwright's event loop runs in the thread of the test. Django would therefore reject database access there,
    although it is safe.
    """
    executable = shutil.which("chromium")
    if executable is None:
        pytest.skip("no Chromium on this machine")
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield chromium
        chromium.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def site(live_server: LiveServer) -> Iterator[str]:
    """Return the URL of the site; wait for running requests before the database is emptied."""
    yield str(live_server.url)
    assert requests_shut()


@pytest.fixture
def context(browser: Browser, site: str) -> Iterator[BrowserContext]:
    """Open a browser without stored data; fail if a page has errors."""
    context = browser.new_context(base_url=site, locale="en-US")
    problems: list[str] = []
    context.on("weberror", lambda error: problems.append(str(error.error)))
    context.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    yield context
    context_leave(context)
    assert problems == []


@pytest.fixture
def sign_in(context: BrowserContext, site: str) -> Callable[[User, str], Page]:
    """Return a function that opens a URL as a user and returns the page. The page for signing in has its own tests."""

    def _sign_in(user: User, address: str) -> Page:
        client = Client()
        client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[-1])
        name = settings.SESSION_COOKIE_NAME
        context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": site}])
        page = context.new_page()
        page.goto(address)
        return page

    return _sign_in
