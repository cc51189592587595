"""Live regions are updated in place: focus, selection, scroll and the text being typed survive."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from push.services.fanout import pending_decide
from tests.browser.test_phone import Push, card, push, set_up
from tests.factories import RoomFactory, UserFactory, direct_room, message_in
from workspace.models import Room, User
from workspace.services.messages import message_edit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SignIn = Callable[[User, str], Page]
__all__ = ["push"]
# Selects most of an element's own text.
SELECT = """(element) => {
    const text = [...element.childNodes].find((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
    getSelection().setBaseAndExtent(text, 1, text, text.data.length - 1);
    return String(getSelection());
}"""


@pytest.fixture
def ana(site: str) -> User:
    return UserFactory(username="ana", name="Ana Silva")


@pytest.fixture
def bob(site: str) -> User:
    return UserFactory(username="bob", name="Bob Meier")


@pytest.fixture
def rooms(ana: User, bob: User) -> list[Room]:
    return [RoomFactory(name=f"room-{number:02}", members=[ana, bob]) for number in range(18)]


def refresh(page: Page) -> None:
    """Let the page update its rooms, as it does for every message."""
    with page.expect_response("**/rooms/sidebar/**"):
        page.evaluate("document.dispatchEvent(new CustomEvent('callboard:message', {detail: {}}))")


def room_link(page: Page, name: str) -> Locator:
    return page.locator("#sidebar-rooms").get_by_role("link", name=name)


def test_a_focused_room_keeps_the_focus_while_messages_arrive(
    sign_in: SignIn, ana: User, bob: User, rooms: list[Room]
) -> None:
    page = sign_in(ana, "/rooms/")
    focused = room_link(page, "room-05")
    focused.focus()
    area = page.locator(".page-side-body")
    area.evaluate("area => { area.scrollTop = 60; }")
    scrolled = area.evaluate("area => area.scrollTop")
    # A message to the open room, to others (which move above it), and to a new room.
    for room in (rooms[5], rooms[9], rooms[17], direct_room(ana, bob)):
        message_in(room, bob, "@ana look")
        pending_decide()
        refresh(page)
        expect(page.locator("#sidebar-rooms li").first.locator(".page-count")).not_to_have_count(0)
        expect(focused).to_be_focused()
    expect(focused).to_contain_text("1 unread")
    assert area.evaluate("area => area.scrollTop") == scrolled
    expect(room_link(page, "Bob Meier")).to_be_visible()


def test_the_focus_goes_to_the_next_room_when_one_is_lost(
    sign_in: SignIn, ana: User, bob: User, rooms: list[Room]
) -> None:
    page = sign_in(ana, "/rooms/")
    links = page.locator("#sidebar-rooms a")
    lost = links.nth(3).inner_text().strip().splitlines()[-1]
    following = links.nth(4).get_attribute("href")
    links.nth(3).focus()
    Room.objects.get(name=lost.lstrip("#")).delete()
    refresh(page)
    expect(page.locator(f"#sidebar-rooms a[href='{following}']")).to_be_focused()


def test_a_thread_preserves_focus_and_selected_text(sign_in: SignIn, ana: User, bob: User, rooms: list[Room]) -> None:
    thread = message_in(rooms[0], bob, "Who can help with the curtain?")
    page = sign_in(ana, f"/threads/{thread.public_id}/")
    page.get_by_role("combobox", name="Message").fill("Half a sen")
    text = page.locator(f"#message-{thread.public_id} .room-text p, #message-{thread.public_id} .room-text").last
    selected = text.evaluate(SELECT)
    follow = page.locator("#following button")
    follow.evaluate("button => button.focus({preventScroll: true})")
    reply = message_in(rooms[0], bob, "I can", parent=thread)
    page.evaluate("document.dispatchEvent(new CustomEvent('callboard:message', {detail: {}}))")
    expect(page.locator(f"#message-{reply.public_id}")).to_be_visible()
    expect(page.get_by_role("heading", name="1 reply")).to_be_visible()
    expect(follow).to_be_focused()
    assert page.evaluate("String(getSelection())") == selected
    expect(page.get_by_role("combobox", name="Message")).to_have_value("Half a sen")
    message_edit(editor=bob, message=thread, text="Who can help with the curtain, please?")
    expect(text).to_contain_text("please")
    assert page.evaluate("String(getSelection())") == selected


def test_previews_leave_what_is_typed_and_selected(sign_in: SignIn, ana: User, rooms: list[Room]) -> None:
    page = sign_in(ana, "/account/preferences/")
    words = page.get_by_label("Highlight words")
    words.fill("curtain\nsta")
    preview = page.locator("#preview-push li").first
    page.get_by_label("Push notifications (mobile)", exact=True).focus()
    selected = preview.locator("span").last.evaluate(SELECT)
    with page.expect_response("**/preview/"):
        page.get_by_label("Push notifications (mobile)", exact=True).select_option(label="Nothing")
    expect(preview).to_contain_text("no push")
    assert page.evaluate("String(getSelection())") == selected
    expect(page.get_by_label("Push notifications (mobile)", exact=True)).to_be_focused()
    expect(words).to_have_value("curtain\nsta")


def test_the_lock_screen_keeps_what_is_open_selected_and_scrolled(sign_in: SignIn, push: Push, ana: User) -> None:
    page = sign_in(ana, "/phone/")
    device = set_up(page, "Apple")
    push(device, text="bob: first", notId=1)
    shown = card(page, "bob: first")
    raw = shown.locator("summary")
    raw.click()
    payload = shown.locator("pre")
    payload.evaluate("area => { area.scrollTop = 40; }")
    selected = payload.evaluate(SELECT)
    scrolled = payload.evaluate("area => area.scrollTop")
    assert scrolled > 0
    for number in (2, 3):
        push(device, text=f"bob: further {number}", notId=number)
        expect(card(page, f"bob: further {number}")).to_have_count(1)
    expect(raw).to_be_focused()
    expect(shown.locator("details")).to_have_attribute("open", "")
    assert page.evaluate("String(getSelection())") == selected
    assert payload.evaluate("area => area.scrollTop") == scrolled
    push(device, text="bob: another", notId=1)
    page.get_by_role("button", name="Show all 2").click()
    push(device, text="bob: one more", notId=1)
    expect(card(page, "bob: one more")).to_be_visible()
    expect(page.get_by_role("button", name="Show less")).to_be_focused()
    expect(card(page, "bob: first")).to_be_visible()


def test_the_figures_of_the_queue_leave_a_selection(sign_in: SignIn) -> None:
    page = sign_in(
        UserFactory(username="rose", roles=("admin", "user"), is_superuser=True), "/admin/push/notification/"
    )
    page.evaluate("getSelection().selectAllChildren(document.querySelector('[hx-swap=morph-children]'))")
    selected = page.evaluate("String(getSelection())")
    assert selected.strip()
    with page.expect_event("response", lambda answer: "/counts/" in answer.url):
        pass
    page.evaluate("new Promise((resolve) => document.addEventListener('htmx:afterSettle', resolve, {once: true}))")
    assert page.evaluate("String(getSelection())") == selected
