"""Reading and writing in a room in a real browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, Route, expect

from tests.factories import RoomFactory, UserFactory, message_in
from tests.in_flight import context_leave
from workspace.models import Message, Room, Subscription, User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SignIn = Callable[[User, str], Page]


@pytest.fixture
def ana(site: str) -> User:
    return UserFactory(username="ana", name="Ana Silva")


@pytest.fixture
def room(ana: User) -> Room:
    bob, bea = UserFactory(username="bob", name="Bob Meier"), UserFactory(username="bea", name="Bea Lang")
    return RoomFactory(name="general", members=[ana, bob, bea])


def test_a_message_can_be_written_by_keyboard_with_a_completed_name(sign_in: SignIn, ana: User, room: Room) -> None:
    page = sign_in(ana, "/channel/general")
    composer = page.get_by_role("combobox", name="Message")
    composer.focus()
    page.keyboard.type("Hello @b")
    options = page.get_by_role("option")
    expect(options).to_have_text(["@bea Bea Lang", "@bob Bob Meier"])
    expect(composer).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option", selected=True)).to_contain_text("@bob")
    page.keyboard.press("Enter")
    expect(composer).to_have_value("Hello @bob ")
    page.keyboard.type("and @")
    expect(options.first).to_be_visible()
    page.keyboard.press("Escape")
    expect(options).to_have_count(0)
    page.keyboard.press("Backspace")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("all")
    with page.expect_response("**/messages/newer/**"):
        page.keyboard.press("Enter")
    expect(composer).to_have_value("")
    expect(page.locator("#messages .room-message")).to_have_count(1)
    message = Message.objects.get()
    assert message.text == "Hello @bob and \nall"
    assert [user.username for user in message.mentioned_users.all()] == ["bob"]


def test_messages_of_others_appear_and_are_read_when_seen(sign_in: SignIn, ana: User, room: Room) -> None:
    bob = User.objects.get(username="bob")
    message_in(room, bob, "First")
    Subscription.objects.filter(user=ana).update(unread=1)
    with_read = f"**/rooms/{room.public_id}/read/"
    page = sign_in(ana, "/rooms/")
    with page.expect_response(with_read):
        page.goto("/channel/general")
    assert Subscription.objects.get(user=ana).unread == 0
    expect(page.get_by_text("New messages", exact=True)).to_be_visible()
    second = message_in(room, bob, "Second")
    with page.expect_response(with_read):
        page.evaluate("htmx.trigger(document.body, 'callboard:message')")
    expect(page.locator(f"#message-{second.public_id}")).to_be_in_viewport()


def test_an_open_thread_shows_new_replies(sign_in: SignIn, ana: User, room: Room) -> None:
    bob = User.objects.get(username="bob")
    question = message_in(room, bob, "Who can?")
    page = sign_in(ana, f"/threads/{question.public_id}/")
    replies = page.locator("#messages .room-message")
    expect(page.get_by_role("button", name="Follow", exact=True)).to_be_visible()
    page.get_by_role("checkbox", name="Also show in the room").check()
    page.get_by_role("combobox", name="Message").fill("I can")
    page.keyboard.press("Enter")
    expect(replies).to_have_count(1)
    expect(page.get_by_role("heading", name="1 reply")).to_be_visible()
    expect(page.get_by_role("button", name="Stop following")).to_be_visible()
    expect(page.get_by_role("checkbox", name="Also show in the room")).not_to_be_checked()
    answer = message_in(room, bob, "Thank you", parent=question)
    page.evaluate("htmx.trigger(document.body, 'callboard:message')")
    expect(page.locator(f"#message-{answer.public_id}")).to_be_in_viewport()
    expect(page.get_by_role("heading", name="2 replies")).to_be_visible()


def test_a_long_name_does_not_hide_a_rooms_counter(sign_in: SignIn, ana: User, room: Room) -> None:
    long = RoomFactory(name="a-room-with-a-name-that-has-no-end-at-all", members=[ana])
    Subscription.objects.filter(room=long).update(unread=3)
    page = sign_in(ana, "/rooms/")
    # In one step, because the sidebar is replaced when it is updated.
    page.wait_for_function("""() => {
        const sidebar = document.getElementById("sidebar-rooms");
        const counter = sidebar?.querySelector(".page-count");
        return counter?.checkVisibility()
            && counter.getBoundingClientRect().right <= sidebar.getBoundingClientRect().right;
    }""")


def test_a_message_that_cannot_be_sent_stays_with_an_error(sign_in: SignIn, ana: User, room: Room) -> None:
    page = sign_in(ana, "/channel/general")
    Room.objects.filter(pk=room.pk).update(is_archived=True)
    composer = page.get_by_role("combobox", name="Message")
    composer.fill("Too late")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert")).to_contain_text("The room is archived")
    expect(composer).to_have_value("Too late")


def test_text_typed_while_a_message_is_being_sent_is_kept(sign_in: SignIn, ana: User, room: Room) -> None:
    page = sign_in(ana, "/channel/general")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/messages/", hold)
    composer = page.get_by_role("combobox", name="Message")
    composer.fill("One")
    with page.expect_request("**/messages/"):
        page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Send").click()
    composer.press_sequentially(" Two")
    with page.expect_response("**/messages/newer/**"):
        held.pop().continue_()
    expect(composer).to_have_value(" Two")
    expect(page.locator("#messages .room-message")).to_have_count(1)
    assert held == []
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.get_by_text("There are no messages yet.")).not_to_be_visible()
    assert [message.text for message in Message.objects.all()] == ["One"]


def test_a_signed_out_user_gets_an_error_and_loses_nothing(browser: Browser, site: str, ana: User, room: Room) -> None:
    client = Client()
    client.force_login(ana, backend="workspace.authentication.NameOrEmailBackend")
    name = settings.SESSION_COOKIE_NAME
    context = browser.new_context(base_url=site, locale="en-US")
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": site}])
    page = context.new_page()
    page.goto("/channel/general")
    composer = page.get_by_role("combobox", name="Message")
    composer.fill("Still here")
    client.logout()
    with page.expect_response("**/messages/newer/**"):
        page.evaluate("htmx.trigger(document.body, 'callboard:message')")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Your message was not sent.")
    expect(composer).to_have_value("Still here")
    expect(page.get_by_role("heading")).to_have_text(["Your rooms", "#general"])
    context_leave(context)


def test_the_sidebar_opens_over_a_narrow_page_and_closes_by_escape(sign_in: SignIn, ana: User, room: Room) -> None:
    page = sign_in(ana, "/rooms/")
    page.set_viewport_size({"width": 375, "height": 700})
    link = page.get_by_role("navigation", name="Main").get_by_role("link", name="general")
    expect(link).not_to_be_visible()
    page.get_by_role("button", name="Open the navigation").press("Enter")
    expect(link).to_be_visible()
    page.keyboard.press("Escape")
    expect(link).not_to_be_visible()
    page.get_by_role("button", name="Menu of Ana Silva").press("Enter")
    expect(page.get_by_role("link", name="My Account")).to_be_visible()


def test_the_focus_begins_where_a_page_does(sign_in: SignIn, ana: User, room: Room) -> None:
    bob = User.objects.get(username="bob")
    message = message_in(room, ana, "Who can?")
    page = sign_in(ana, f"/messages/{message.public_id}/edit/")
    expect(page.get_by_role("textbox", name="Message")).to_be_focused()
    answer = message_in(room, bob, "I can")
    page.goto(f"/channel/general?msg={answer.public_id}")
    expect(page.locator(f"#message-{answer.public_id}")).to_be_focused()
    # Leave the page first: its background requests would fail without the cookies.
    page.goto("about:blank")
    page.context.clear_cookies()
    page.goto("/sign-in/")
    expect(page.get_by_label("Username or e-mail address")).to_be_focused()


def test_usernames_are_completed_one_after_the_other(sign_in: SignIn, ana: User, room: Room) -> None:
    page = sign_in(ana, "/rooms/new/")
    people = page.get_by_label("People")
    options = page.locator("datalist option")
    people.press_sequentially("bo")
    expect(options).to_have_count(1)
    expect(options).to_have_attribute("value", "bob")
    people.fill("bob, @be")
    expect(options).to_have_attribute("value", "bob, @bea")
    expect(options).to_have_attribute("label", "Bea Lang")
