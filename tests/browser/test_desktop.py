"""Desktop notifications: in a background tab, once for two tabs, not in an open room, after a disconnect."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from push.services.fanout import pending_decide
from tests.browser.opening import page_opening
from tests.factories import RoomFactory, UserFactory, message_in
from tests.waiting import wait_until
from workspace.models import Room, User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SignIn = Callable[[User, str], Page]
# Records notifications that the page would show, and lets the test click them.
CAPTURE = """
window.shown = [];
window.Notification = class extends EventTarget {
    static permission = "granted";
    constructor(title, options) {
        super();
        window.shown.push({ title, ...options });
        window.lastShown = this;
    }
    close() {}
};
"""
FOCUS = "Object.defineProperty(document, 'hasFocus', {value: () => %s})"


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


@pytest.fixture
def bob() -> User:
    return UserFactory(username="bob")


@pytest.fixture
def room(ana: User, bob: User) -> Room:
    return RoomFactory(name="ops", members=[ana, bob])


@pytest.fixture
def home(context: BrowserContext, sign_in: SignIn, bob: User, room: Room) -> Page:
    """Return Bob's home page when the server knows that it is open."""
    context.add_init_script(CAPTURE)
    with page_opening(context):
        return sign_in(bob, "/")


def post(room: Room, sender: User, text: str) -> None:
    message_in(room, sender, text)
    pending_decide()


def shown(page: Page) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.evaluate("window.shown")
    return found


def wait_for_shown(page: Page, number: int) -> None:
    page.wait_for_function(f"() => window.shown.length >= {number}")


def test_a_background_tab_shows_a_message_and_a_click_opens_it(home: Page, room: Room, ana: User) -> None:
    home.evaluate(FOCUS % "false")
    post(room, ana, "@bob disk full")
    wait_for_shown(home, 1)
    (notification,) = shown(home)
    assert (notification["title"], notification["body"]) == ("#ops", "ana: @bob disk full")
    expect(home).to_have_title("(1) " + home.evaluate("document.title").removeprefix("(1) "))
    home.wait_for_function("() => document.querySelector('link[rel~=icon]').href.startsWith('data:image/png')")
    home.evaluate("window.lastShown.dispatchEvent(new Event('click'))")
    home.wait_for_url("**/channel/ops?msg=*")


@pytest.mark.parametrize("stored", ["{", "7", '{"a": 1}', "null"])
def test_what_another_version_stored_in_the_browser_hides_no_message(
    home: Page, room: Room, ana: User, bob: User, stored: str
) -> None:
    home.evaluate(
        "([name, value]) => localStorage.setItem(name, value)", [f"callboard-desktop-{bob.public_id}-shown", stored]
    )
    home.evaluate(FOCUS % "false")
    post(room, ana, "@bob disk full")
    wait_for_shown(home, 1)


def test_two_tabs_show_it_once_and_both_count(home: Page, context: BrowserContext, room: Room, ana: User) -> None:
    other = context.new_page()
    other.goto("/rooms/")
    post(room, ana, "@bob disk full")
    expect(home).to_have_title("(1) " + home.evaluate("document.title").removeprefix("(1) "))
    other.wait_for_function("() => document.title.startsWith('(1) ')")
    wait_until(
        lambda: bool(home.wait_for_timeout(20) or shown(home) or shown(other)), failure="Neither tab shows anything."
    )
    # By now, the other tab would have shown it.
    home.wait_for_timeout(500)
    assert len(shown(home)) + len(shown(other)) == 1


def test_messages_in_the_open_room_are_not_shown(home: Page, room: Room, ana: User) -> None:
    elsewhere = RoomFactory(name="news", members=[ana, User.objects.get(username="bob")])
    home.evaluate(f"document.querySelector('[data-open-room]').dataset.openRoom = '{room.public_id}'")
    home.evaluate(FOCUS % "true")
    post(room, ana, "@bob one")
    post(elsewhere, ana, "@bob two")
    wait_for_shown(home, 1)
    assert [notification["title"] for notification in shown(home)] == ["#news"]


def test_messages_missed_during_a_disconnect_are_shown_once(
    home: Page, context: BrowserContext, room: Room, ana: User
) -> None:
    post(room, ana, "one")
    wait_for_shown(home, 1)
    # A proxy that blocks the stream.
    context.route("**/events/**", lambda route: route.fulfill(content_type="text/event-stream", body=""))
    with context.expect_event("request", lambda request: "/events/" in request.url):
        post(room, ana, "two")
    context.unroute("**/events/**")
    wait_for_shown(home, 2)
    assert [notification["body"] for notification in shown(home)] == ["ana: one", "ana: two"]


def test_a_page_restored_from_the_browsers_cache_reports_again(
    home: Page, context: BrowserContext, room: Room, ana: User
) -> None:
    left = "dispatchEvent(new PageTransitionEvent('%s', {persisted: true}))"
    home.evaluate(left % "pagehide")
    with page_opening(context):
        home.evaluate(left % "pageshow")
    post(room, ana, "one")
    wait_for_shown(home, 1)


def test_a_badge_that_is_rendered_late_is_not_shown_after_everything_was_read(
    home: Page, context: BrowserContext, bob: User
) -> None:
    other = context.new_page()
    other.goto("/rooms/")
    other.evaluate(f"window.result = new BroadcastChannel('callboard-desktop-{bob.public_id}')")
    home.evaluate("counted = []; document.addEventListener('callboard:counters', (e) => counted.push(e.detail.unread))")
    other.evaluate("for (const unread of [5, 0]) result.postMessage({kind: 'counted', unread})")
    home.wait_for_function("() => String(counted.slice(-2)) === '5,0'")
    icon = "document.querySelector('link[rel~=icon]').href"
    home.evaluate(f"async () => {{ const image = new Image(); image.src = {icon}; await image.decode(); }}")
    assert not home.evaluate(icon).startswith("data:")


def test_permission_is_asked_for_once_and_on_a_click(context: BrowserContext, sign_in: SignIn, bob: User) -> None:
    context.add_init_script(
        "window.asked = 0; window.Notification = class {"
        "static permission = 'default'; static async requestPermission() { window.asked += 1; } };"
    )
    page = sign_in(bob, "/")
    button = page.get_by_role("button", name="Show desktop notifications")
    expect(button).to_be_visible()
    expect(page.get_by_role("button", name="Not here")).to_be_visible()
    # If it is not answered, it is not repeated on other pages.
    for address in ("/rooms/", "/account/", "/"):
        page.goto(address)
        expect(button).to_have_count(0)
    page.goto("/account/preferences/")
    assert page.evaluate("window.asked") == 0
    button.click()
    assert page.evaluate("window.asked") == 1
