"""Notification preferences in a real browser: the instructions in docs/preferences.md, and their effects."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from preferences.models import AccountPreferences, RoomPreferences
from push.explain.channel_decisions import channel_decision
from push.models import Channel
from tests.factories import PASSWORD, DeviceFactory, RoomFactory, UserFactory, message_in
from tests.in_flight import context_leave
from workspace.models import Message, Room, User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SignIn = Callable[[User, str], Page]
DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "preferences.md"


@pytest.fixture
def ana(site: str) -> User:
    user = UserFactory(username="ana", name="Ana Silva")
    DeviceFactory(user=user)
    return user


@pytest.fixture
def room(ana: User) -> Room:
    return RoomFactory(name="general", members=[ana, UserFactory(username="bob", name="Bob Meier")])


def said_by_bob(room: Room, text: str) -> Message:
    return message_in(room, User.objects.get(username="bob"), text)


def verdict(message: Message, user: User, channel: Channel = Channel.PUSH) -> str:
    return channel_decision(message, user, channel).rule.code


def walk(title: str) -> list[str]:
    """Return the names in bold in the numbered steps below a heading of the document, in order."""
    section = DOCUMENT.read_text().partition(f"## {title}\n")[2].partition("\n## ")[0]
    steps = section[: section.index("\n\n", section.index("5. "))]
    return [" ".join(name.split()) for name in re.findall(r"\*\*(.+?)\*\*", steps, re.DOTALL)]


def choose(page: Page, label: str, choice: str) -> None:
    page.get_by_label(label, exact=True).select_option(label=choice)


def test_set_general_preferences_as_the_document_says(sign_in: SignIn, ana: User, room: Room) -> None:
    assert verdict(said_by_bob(room, "hello"), ana) == "default_all"
    preferences, account, section, desktop, push, email, always, save = walk("Set general preferences")
    page = sign_in(ana, "/")
    page.get_by_role("button", name="Ana Silva").click()
    menu = page.get_by_role("navigation", name=account)
    menu.get_by_role("link", name=preferences, exact=True).click()
    page.wait_for_url("**/account/preferences/")
    here = page.get_by_role("region", name=section)
    assert here.get_by_label(push, exact=True).locator("option").all_inner_texts() == [
        "Default (All messages)",
        "All messages",
        "Mentions",
        "Nothing",
    ]
    result = here.locator("#preview-push li").first
    expect(result).to_contain_text("#general, someone writes without mentioning you, you are away: a push within 2 min")
    choose(page, desktop, "Nothing")
    choose(page, push, "Mentions")
    expect(result).to_contain_text("#general, someone writes without mentioning you, you are away: no push.")
    choose(page, email, "Mentions and direct messages")
    choose(page, always, "Off")
    expect(here.locator("#preview-push li").last).to_contain_text("you are online: no push.")
    assert not AccountPreferences.objects.exists()
    page.get_by_role("button", name=save).click()
    expect(page.get_by_role("status")).to_contain_text("Your preferences are saved.")
    row = AccountPreferences.objects.get(user=ana)
    assert (row.desktop, row.push, row.email, row.always_display_mobile) == ("nothing", "mentions", "mentions", False)
    assert verdict(said_by_bob(room, "hello"), ana) == "not_mentioned"
    assert verdict(said_by_bob(room, "hello @ana"), ana) == "mentioned"


def test_set_room_preferences_as_the_document_says(sign_in: SignIn, ana: User, room: Room) -> None:
    assert verdict(said_by_bob(room, "hello @all"), ana) == "default_all"
    entry, alerts, mute, counter, badge, _desktop, mobile, _email, save = walk("Set room preferences")
    page = sign_in(ana, "/channel/general")
    page.get_by_role("button", name="Menu of #general").click()
    page.get_by_role("link", name=entry).click()
    page.wait_for_url(f"**/rooms/{room.public_id}/preferences/")
    for name, is_on in ((alerts, True), (mute, False), (counter, True), (badge, True)):
        assert page.get_by_label(name, exact=True).is_checked() is is_on
    page.get_by_label(mute, exact=True).check()
    choose(page, mobile, "Mentions")
    result = page.locator("#preview-push")
    expect(result).to_contain_text("#general, someone writes @all, you are away: no push.")
    expect(result).to_contain_text("#general, someone mentions you, you are away: a push within 2 minutes.")
    page.get_by_role("button", name=save, exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("preferences are saved.")
    assert RoomPreferences.objects.get(subscription__user=ana).group_mentions_muted
    assert verdict(said_by_bob(room, "hello @all"), ana) == "group_mentions_muted"
    assert verdict(said_by_bob(room, "hello @all and @ana"), ana) == "mentioned"


def test_a_message_links_to_the_explanation_of_its_notifications(sign_in: SignIn, ana: User, room: Room) -> None:
    message = said_by_bob(room, "Lunch?")
    AccountPreferences.objects.create(user=ana, push="nothing")
    page = sign_in(ana, f"/channel/general?msg={message.public_id}")
    linked = page.locator(".room-linked")
    expect(linked).to_contain_text("Lunch?")
    linked.get_by_role("button", name="Menu of the message of Bob Meier").click()
    linked.get_by_role("link", name="Why was I notified (or not)?").click()
    page.wait_for_url(f"**/why/?message={message.public_id}")
    expect(page.locator("main")).to_contain_text("You chose Nothing for your account")


def test_choices_are_saved_without_scripts_too(browser: Browser, site: str, ana: User, room: Room) -> None:
    context = browser.new_context(base_url=site, java_script_enabled=False)
    page = context.new_page()
    page.goto("/account/preferences/")
    page.get_by_label("Username or e-mail address").fill("ana")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    choose(page, "Push notifications (mobile)", "Nothing")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("Your preferences are saved.")
    expect(page.locator("#preview-push")).to_contain_text("no push.")
    page.goto(f"/rooms/{room.public_id}/preferences/")
    page.get_by_label("Mute @all and @here mentions", exact=True).check()
    choose(page, "Mobile", "All messages")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("The room's preferences are saved.")
    page.goto("/channel/general")
    page.get_by_label("Message", exact=True).fill("Hello without scripts")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#messages")).to_contain_text("Hello without scripts")
    context_leave(context)
    assert AccountPreferences.objects.get(user=ana).push == "nothing"
    of_room = RoomPreferences.objects.get(subscription__user=ana)
    assert (of_room.push, of_room.group_mentions_muted) == ("all", True)
