"""Reacting to messages, and pinning them, in a real browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.factories import RoomFactory, UserFactory, message_in
from workspace.models import Message, Reaction, Room, Subscription, User
from workspace.services.message_marks.reactions import reaction_set

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SignIn = Callable[[User, str], Page]


@pytest.fixture
def ana(site: str) -> User:
    return UserFactory(username="ana", name="Ana Silva")


@pytest.fixture
def bob(site: str) -> User:
    return UserFactory(username="bob", name="Bob Meier")


@pytest.fixture
def room(ana: User, bob: User) -> Room:
    return RoomFactory(name="general", members=[ana, bob])


@pytest.fixture
def message(room: Room, bob: User) -> Message:
    return message_in(room, bob, "The rehearsal moves to 7 pm.")


def test_a_reaction_is_added_and_removed_without_leaving_the_page(
    sign_in: SignIn, ana: User, bob: User, message: Message
) -> None:
    reaction_set(user=bob, message=message, emoji=":tada:")
    page = sign_in(ana, "/channel/general")
    page.locator(".room-message").hover()
    page.get_by_role("button", name="Menu of the message of Bob Meier").click()
    page.get_by_role("button", name=":heart:").click()
    # The menu closes, and the page remains where it is.
    expect(page.get_by_role("button", name=":heart: by Ana Silva", pressed=True)).to_be_visible()
    expect(page.get_by_role("group", name="React")).to_be_hidden()
    page.get_by_role("button", name=":tada: by Bob Meier", pressed=False).click()
    expect(page.get_by_role("button", name=":tada: by Bob Meier, Ana Silva", pressed=True)).to_contain_text("2")
    page.get_by_role("button", name=":heart: by Ana Silva").press("Enter")
    expect(page.get_by_role("button", name=":heart: by")).to_have_count(0)
    assert set(Reaction.objects.values_list("user__username", "emoji")) == {("ana", ":tada:"), ("bob", ":tada:")}
    # Those of others appear, too.
    reaction_set(user=bob, message=message, emoji=":rocket:")
    expect(page.get_by_role("button", name=":rocket: by Bob Meier")).to_be_visible()


def test_a_moderator_pins_a_message(sign_in: SignIn, ana: User, message: Message) -> None:
    Subscription.objects.filter(user=ana).update(is_moderator=True)
    page = sign_in(ana, "/channel/general")
    page.locator(".room-message").hover()
    page.get_by_role("button", name="Menu of the message of Bob Meier").click()
    page.get_by_role("button", name="Pin", exact=True).click()
    expect(page.locator(".room-message").get_by_text("Pinned")).to_be_visible()
    page.locator(".room-message").hover()
    page.get_by_role("button", name="Menu of the message of Bob Meier").click()
    page.get_by_role("button", name="Unpin", exact=True).click()
    expect(page.locator(".room-message").get_by_text("Pinned")).to_have_count(0)
