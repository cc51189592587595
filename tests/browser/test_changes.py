"""Open rooms and threads follow edits, deletions and lost access, and preserve focus, selection and text."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.opening import page_opening
from tests.factories import RoomFactory, UserFactory, message_in
from workspace.models import Room, RoomType, User
from workspace.services.messages import message_delete, message_edit
from workspace.services.rooms import member_remove

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SignIn = Callable[[User, str], Page]
TOP = "id => document.getElementById(id).getBoundingClientRect().top"


@pytest.fixture
def ana(site: str) -> User:
    return UserFactory(username="ana", name="Ana Silva")


@pytest.fixture
def bob(site: str) -> User:
    return UserFactory(username="bob", name="Bob Meier")


@pytest.fixture
def room(ana: User, bob: User) -> Room:
    return RoomFactory(name="ops", members=[ana, bob])


def opened(context: BrowserContext, sign_in: SignIn, user: User, address: str) -> Page:
    """Return the page when the server knows that it is open."""
    with page_opening(context):
        return sign_in(user, address)


def test_a_room_follows_in_place(context: BrowserContext, sign_in: SignIn, room: Room, ana: User, bob: User) -> None:
    said = [message_in(room, ana, f"Message {number}, see https://example.org/{number}") for number in range(30)]
    page = opened(context, sign_in, bob, "/channel/ops")
    composer = page.get_by_role("combobox", name="Message")
    composer.fill("Half a sen")
    composer.evaluate("area => area.setSelectionRange(2, 6)")
    page.locator("[data-scroll]").evaluate("area => { area.scrollTop = area.scrollHeight / 2; }")
    seen = f"message-{said[20].public_id}"
    before = page.evaluate(TOP, seen)
    message_edit(editor=ana, message=said[2], text="Changed\nto\nfour\nlines")
    expect(page.locator(f"#message-{said[2].public_id}")).to_contain_text("four")
    expect(page.locator(f"#message-{said[2].public_id}")).to_contain_text("(edited)")
    message_delete(deleter=ana, message=said[3])
    expect(page.locator(f"#message-{said[3].public_id}")).to_have_count(0)
    assert abs(page.evaluate(TOP, seen) - before) <= 2
    expect(composer).to_be_focused()
    expect(composer).to_have_value("Half a sen")
    assert composer.evaluate("area => [area.selectionStart, area.selectionEnd]") == [2, 6]
    link = page.locator(f"#message-{said[20].public_id} a", has_text="example.org").first
    link.focus()
    message_edit(editor=ana, message=said[20], text="Now see https://example.org/else")
    expect(link).to_contain_text("else")
    expect(link).to_be_focused()


def test_a_thread_follows_in_place_and_ends_with_its_first_message(
    context: BrowserContext, sign_in: SignIn, room: Room, ana: User, bob: User
) -> None:
    thread = message_in(room, ana, "Who can?")
    first, second = (message_in(room, ana, text, parent=thread) for text in ("One", "Two"))
    page = opened(context, sign_in, bob, f"/threads/{thread.public_id}/")
    message_edit(editor=ana, message=thread, text="Who could?")
    expect(page.get_by_text("Who could?")).to_be_visible()
    message_delete(deleter=ana, message=first)
    expect(page.locator(f"#message-{first.public_id}")).to_have_count(0)
    expect(page.get_by_role("heading", name="1 reply")).to_be_visible()
    expect(page.locator(f"#message-{second.public_id}")).to_be_visible()
    message_delete(deleter=ana, message=thread)
    expect(page.get_by_role("alert")).to_have_text("This thread was deleted.")
    expect(page.get_by_text("Two")).to_have_count(0)
    page.get_by_role("link", name="Back to the room").click()
    page.wait_for_url("**/channel/ops")


def test_a_page_of_a_lost_room_is_cleared(context: BrowserContext, sign_in: SignIn, ana: User, bob: User) -> None:
    secret = RoomFactory(name="secret", type=RoomType.PRIVATE, members=[ana, bob])
    message_in(secret, ana, "Between us")
    page = opened(context, sign_in, bob, "/group/secret")
    expect(page.get_by_text("Between us")).to_be_visible()
    member_remove(user=bob, room=secret)
    expect(page.get_by_role("alert")).to_have_text("You no longer have access to this room.")
    expect(page.get_by_text("Between us")).to_have_count(0)
    expect(page.get_by_role("navigation", name="Main").get_by_role("link", name="secret")).to_have_count(0)
    page.locator("main").get_by_role("link", name="Your rooms").click()
    page.wait_for_url("**/rooms/")


def test_a_channel_can_be_read_after_leaving_it(
    context: BrowserContext, sign_in: SignIn, room: Room, ana: User, bob: User
) -> None:
    message_in(room, ana, "For everybody")
    page = opened(context, sign_in, bob, "/channel/ops")
    member_remove(user=bob, room=room)
    expect(page.get_by_text("You are no longer in this room.")).to_be_visible()
    expect(page.get_by_role("combobox", name="Message")).to_have_count(0)
    expect(page.get_by_text("For everybody")).to_be_visible()


def test_a_deleted_room_and_a_deactivated_account_leave_nothing_on_the_page(
    context: BrowserContext, sign_in: SignIn, room: Room, ana: User, bob: User
) -> None:
    other = RoomFactory(name="other", members=[ana, bob])
    message_in(other, ana, "Elsewhere")
    page = opened(context, sign_in, bob, "/channel/ops")
    room.delete()
    expect(page.get_by_role("alert")).to_have_text("You no longer have access to this room.")
    page.goto("/channel/other")
    expect(page.get_by_text("Elsewhere")).to_be_visible()
    # With a real server, this comes from the event stream: tests/push/streams.
    page.evaluate("document.dispatchEvent(new CustomEvent('callboard:change', {detail: {kind: 'deactivated'}}))")
    expect(page.get_by_role("alert")).to_have_text("Your account was deactivated.")
    expect(page.get_by_text("Elsewhere")).to_have_count(0)


def test_a_visitor_of_a_channel_follows_too(context: BrowserContext, sign_in: SignIn, room: Room, ana: User) -> None:
    first, second = (message_in(room, ana, text) for text in ("One", "Two"))
    page = opened(context, sign_in, UserFactory(username="carl"), "/channel/ops")
    message_edit(editor=ana, message=first, text="Changed")
    expect(page.locator(f"#message-{first.public_id}")).to_contain_text("Changed")
    message_delete(deleter=ana, message=second)
    expect(page.locator(f"#message-{second.public_id}")).to_have_count(0)
    third = message_in(room, ana, "Three")
    expect(page.locator(f"#message-{third.public_id}")).to_be_visible()
