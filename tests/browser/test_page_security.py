"""The policies of pages in a real browser: injected scripts do not run, and the administration works."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.admin_rows import administrator, rows_add
from tests.browser.policies import policy_messages
from tests.factories import UserFactory
from tests.in_flight import context_leave
from workspace.models import User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

COUNT = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => violations.push(event.effectiveDirective));
"""
INLINE = """
<script>window.ran = "inline"</script>
<script src="https://elsewhere.example/script.js"></script>
<img src="/static/nothing.png" alt="" onerror="window.ran = 'handler'">
"""
# Attributes that libraries would evaluate. User pages do not load Alpine, and htmx may not use eval.
EVALUATED = """
<div x-data x-init="window.ran = 'alpine'"></div>
<div hx-on:htmx:load="window.ran = 'htmx'" hx-get="/rooms/sidebar/" hx-trigger="load[window.ran = 'filter']"></div>
"""
ADMIN_PAGES = (
    "/admin/",
    "/admin/workspace/user/",
    "/admin/workspace/user/add/",
    "/admin/workspace/user/{user}/change/",
    "/admin/workspace/message/?q=e",
    "/admin/push/notification/",
    "/admin/push/approute/",
    "/admin/settings/",
    "/admin/settings/push/",
    "/admin/explain/",
    "/admin/connectivity/",
    "/admin/subscription/",
    "/admin/traffic/",
)

SignedInAs = Callable[[User], Page]


@pytest.fixture
def context(browser: Browser, site: str) -> Iterator[BrowserContext]:
    """Open a browser that counts violations. In contrast to other tests, errors in the console are allowed."""
    context = browser.new_context(base_url=site, locale="en-US")
    context.add_init_script(COUNT)
    yield context
    context_leave(context)


@pytest.fixture
def signed_in_as(context: BrowserContext, site: str) -> SignedInAs:
    """Return a function that opens a page with the session of a user."""

    def _signed_in_as(user: User) -> Page:
        client = Client()
        client.force_login(user, backend="workspace.authentication.NameOrEmailBackend")
        name = settings.SESSION_COOKIE_NAME
        context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": site}])
        return context.new_page()

    return _signed_in_as


def injected(page: Page, address: str, *, html: str) -> Page:
    """Open a URL whose page contains injected `html`; the headers are those of the server."""

    def inject(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace("</body>", f"{html}</body>"))

    page.route(f"**{address}", inject)
    page.goto(address)
    page.wait_for_function("() => window.violations.length >= 3")
    return page


@pytest.mark.parametrize("address", ["/", "/why/", "/account/", "/phone/", "/nothing/here/"])
def test_nothing_injected_into_a_members_page_runs(signed_in_as: SignedInAs, address: str) -> None:
    page = injected(signed_in_as(UserFactory()), address, html=INLINE + EVALUATED)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("window.ran") is None


def test_nothing_injected_into_the_sign_in_page_runs(context: BrowserContext, site: str) -> None:
    page = injected(context.new_page(), "/sign-in/", html=INLINE + EVALUATED)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("window.ran") is None


def test_no_injected_inline_script_runs_in_the_administration(signed_in_as: SignedInAs) -> None:
    page = injected(signed_in_as(administrator()), "/admin/", html=INLINE)
    assert page.evaluate("window.ran") is None


def test_no_page_of_the_administration_violates_its_policy(context: BrowserContext, signed_in_as: SignedInAs) -> None:
    rows_add()
    violations, user = policy_messages(context), administrator()
    page = signed_in_as(user)
    for address in ADMIN_PAGES:
        page.goto(address.format(user=user.pk))
        # Alpine has started.
        expect(page.locator("html[x-cloak]")).to_have_count(0)
        page.wait_for_load_state("networkidle")
    assert violations == []


def test_the_chosen_theme_lasts_in_pages_and_administration(signed_in_as: SignedInAs) -> None:
    page = signed_in_as(administrator())
    page.emulate_media(color_scheme="light")
    page.goto("/")
    html = page.locator("html")
    page.locator(".page-side-user").click()
    page.get_by_role("button", name="Dark", exact=True).click()
    expect(page.get_by_role("button", name="Dark", exact=True)).to_have_attribute("aria-pressed", "true")
    expect(html).to_contain_class("dark")
    page.goto("/admin/")
    expect(html).to_contain_class("dark")
    page.goto("/rooms/")
    expect(html).to_contain_class("dark")
    page.locator(".page-side-user").click()
    page.get_by_role("button", name="System").click()
    expect(html).not_to_contain_class("dark")
    page.emulate_media(color_scheme="dark")
    expect(html).to_contain_class("dark")


def test_a_hidden_page_does_not_poll_but_follows_events(signed_in_as: SignedInAs) -> None:
    page = signed_in_as(UserFactory())
    # The event stream also sends a request at its start.
    page.route("**/events/**", lambda route: route.abort())
    page.clock.install()
    page.goto("/")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/rooms/sidebar/" in request.url else None)
    page.evaluate("Object.defineProperty(document, 'visibilityState', {configurable: true, value: 'hidden'})")
    page.clock.run_for(60_000)
    assert asked == []
    with page.expect_request("**/rooms/sidebar/**"):
        page.evaluate("htmx.trigger(document.body, 'callboard:message')")
    page.evaluate("delete document.visibilityState")
    with page.expect_request("**/rooms/sidebar/**"):
        page.clock.run_for(21_000)
