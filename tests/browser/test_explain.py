"""The chart that explains a notification, in a real browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission
from playwright.sync_api import Page, expect

from preferences.services.rooms import room_preferences_save
from push.services.fanout import pending_decide
from tests.factories import DeviceFactory, RoomFactory, UserFactory, message_in
from workspace.models import Message, Subscription, User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SignIn = Callable[[User, str], Page]


@pytest.fixture
def message(site: str) -> Message:
    """A message with @all to a room that Bob has muted for it."""
    ana, bob = UserFactory(username="ana", name="Ana Silva"), UserFactory(username="bob", name="Bob Meier")
    DeviceFactory(user=bob)
    room = RoomFactory(name="operations", creator=ana, members=[ana, bob])
    room_preferences_save(subscription=Subscription.objects.get(user=bob), group_mentions_muted=True)
    message = message_in(room, ana, "@all the deploy begins at noon")
    pending_decide()
    return message


def explain_address(message: Message) -> str:
    return f"/admin/explain/?message={message.public_id}&user=bob"


def test_the_chart_names_the_cause_and_answers_what_if(sign_in: SignIn, message: Message) -> None:
    page = sign_in(UserFactory(username="rose", roles=("admin",)), "/")
    page.set_viewport_size({"width": 1280, "height": 1500})
    page.goto("/admin/explain/")
    page.get_by_label("Message").fill("operations")
    page.get_by_role("button", name="Explain").click()
    page.get_by_role("link", name="Ana Silva").last.click()
    page.get_by_role("link", name="Bob Meier").click()
    expect(page.get_by_role("heading", name="The member muted @all and @here")).to_be_visible()
    expect(page.locator("[aria-current=step]")).to_contain_text("group_mentions_muted")
    page.locator("summary", has_text="What if").click()
    page.get_by_label("@all and @here muted").select_option("No")
    page.get_by_role("button", name="Show result").click()
    expect(page.locator("[aria-current=step]")).to_contain_text("default_all")
    page.get_by_role("link", name="Back to the actual decision").click()
    expect(page.locator("[aria-current=step]")).to_contain_text("group_mentions_muted")


def test_a_notification_links_to_its_explanation(sign_in: SignIn, message: Message) -> None:
    message_in(message.room, message.sender, "@bob look")
    pending_decide()
    rose = UserFactory(username="rose", roles=("admin",))
    rose.user_permissions.add(Permission.objects.get(codename="view_message_text"))
    page = sign_in(rose, "/")
    page.goto("/admin/push/notification/")
    page.locator("#result_list tbody th a").first.click()
    page.get_by_role("link", name="Explain notifications").last.click()
    expect(page.get_by_text("@bob look")).to_be_visible()
    expect(page.locator("[aria-current=step]")).to_contain_text("mentioned")


def test_the_chart_fits_a_phone_and_is_read_by_keyboard(sign_in: SignIn, message: Message) -> None:
    bob = User.objects.get(username="bob")
    page = sign_in(bob, "/why/")
    page.set_viewport_size({"width": 375, "height": 812})
    page.get_by_role("link", name="#operations").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    page.get_by_role("link", name="Show on the chart").click()
    expect(page.locator("[aria-current=step]")).to_be_in_viewport()
    expect(page.locator("[aria-current=step] .explain-pill")).to_be_in_viewport()
    summary = page.locator("#rule-own_message summary")
    summary.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#rule-own_message .explain-values")).to_be_visible()


def test_what_if_fits_a_phone(sign_in: SignIn, message: Message) -> None:
    page = sign_in(UserFactory(username="rose", roles=("admin",)), "/")
    page.set_viewport_size({"width": 375, "height": 812})
    page.goto(explain_address(message))
    page.locator("summary", has_text="What if").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
