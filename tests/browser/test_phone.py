"""The simulated phone in a real browser: registered through the API, with pushes through the gateway."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests
from playwright.sync_api import Locator, Page, expect

from push.models import Device
from tests.factories import RoomFactory, UserFactory, message_in, registered
from workspace.models import User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SignIn = Callable[[User, str], Page]
Push = Callable[..., None]
WITHIN_A_SECOND = 1000


@pytest.fixture
def push(site: str) -> Push:
    """Return a function that pushes to a device like a workspace, and checks that the push was accepted."""
    _workspace, token = registered()

    def _push(device: Device, **options: Any) -> None:
        body = {"token": device.token, "options": {"topic": "app", "sound": "default", "notId": 42, **options}}
        headers = {"Authorization": f"Bearer {token}"}
        answer = requests.post(f"{site}/push/{device.type}/send", json=body, headers=headers, timeout=30)
        assert answer.status_code == 200

    return _push


@pytest.fixture
def ana(site: str) -> User:
    return UserFactory(username="ana", name="Ana Silva")


def set_up(page: Page, type: str) -> Device:
    """Choose the phone's push service, and return the registered device."""
    known = list(Device.objects.values_list("pk", flat=True))
    page.get_by_role("button", name=type).click()
    expect(page.locator("#connection")).to_have_text("Connected")
    return Device.objects.exclude(pk__in=known).get()


def card(page: Page, text: str) -> Locator:
    """Return the notification with this text on the lock screen."""
    return page.locator(".card", has=page.locator(".card-text", has_text=text))


def test_a_phone_is_not_called_ready_while_notifications_cannot_arrive(sign_in: SignIn, ana: User) -> None:
    page = sign_in(ana, "/phone/")
    set_up(page, "Apple")
    expect(page.get_by_text("No worker is running")).to_be_visible()
    expect(page.locator("#message")).to_have_text("Ready. Notifications appear here as they arrive.")
    expect(page.locator("#message")).to_be_hidden()


@pytest.mark.parametrize(("choice", "type"), [("Apple", "apn"), ("Google", "gcm")])
def test_a_push_is_on_the_lock_screen_within_a_second(
    sign_in: SignIn, push: Push, ana: User, choice: str, type: str
) -> None:
    page = sign_in(ana, "/phone/")
    expect(page.get_by_text("No notifications")).to_be_hidden()
    device = set_up(page, choice)
    assert (device.user, device.type) == (ana, type)
    expect(page.get_by_text("No notifications")).to_be_visible()

    push(device, title="#general", text="bob: Curtain up!", badge=3)
    shown = card(page, "bob: Curtain up!")
    expect(shown).to_be_visible(timeout=WITHIN_A_SECOND)
    expect(shown.locator(".card-title")).to_have_text("#general")
    expect(shown.locator("time")).to_have_text("now")
    expect(page.locator("#badge")).to_have_text("3")
    expect(page.locator("#announcer")).to_have_text("#general. bob: Curtain up!")

    shown.get_by_text("Raw payload").click()
    expect(shown.locator("pre")).to_contain_text('"alert"' if type == "apn" else '"android"')


def test_pushes_of_one_room_are_stacked(sign_in: SignIn, push: Push, ana: User) -> None:
    page = sign_in(ana, "/phone/")
    device = set_up(page, "Apple")
    push(device, text="bob: one", notId=1)
    push(device, text="bob: two", notId=1)
    push(device, title="Cleo", text="hello", notId=2)
    expect(card(page, "hello")).to_be_visible()
    expect(card(page, "bob: two")).to_be_visible()
    expect(card(page, "bob: one")).to_be_hidden()
    toggle = page.get_by_role("button", name="Show all 2")
    toggle.focus()
    page.keyboard.press("Enter")
    expect(card(page, "bob: one")).to_be_visible()
    expect(page.get_by_role("button", name="Show less")).to_have_attribute("aria-expanded", "true")


def test_two_phones_of_one_user_both_ring(sign_in: SignIn, push: Push, ana: User) -> None:
    first = sign_in(ana, "/phone/")
    second = first.context.new_page()
    second.goto("/phone/?phone=2")
    devices = [set_up(first, "Apple"), set_up(second, "Google")]
    assert devices[0].token != devices[1].token
    for device in devices:
        push(device, text="bob: Curtain up!")
    for page in (first, second):
        page.bring_to_front()
        expect(card(page, "bob: Curtain up!")).to_be_visible(timeout=2 * WITHIN_A_SECOND)


def test_a_phone_that_was_closed_shows_what_it_missed(sign_in: SignIn, push: Push, ana: User) -> None:
    page = sign_in(ana, "/phone/")
    device = set_up(page, "Google")
    context = page.context
    page.close()
    push(device, title="#general", text="bob: Where are you?", badge=1)
    page = context.new_page()
    page.goto("/phone/")
    expect(card(page, "bob: Where are you?")).to_be_visible()
    expect(page.get_by_role("status")).to_have_text("One notification arrived while this phone was closed.")
    assert Device.objects.get().pk == device.pk


def test_cleared_notifications_stay_cleared(sign_in: SignIn, push: Push, ana: User) -> None:
    page = sign_in(ana, "/phone/")
    device = set_up(page, "Apple")
    push(device, text="bob: old", badge=2)
    expect(card(page, "bob: old")).to_be_visible()
    page.get_by_role("button", name="Clear").click()
    expect(card(page, "bob: old")).to_have_count(0)
    page.reload()
    expect(page.locator("#connection")).to_have_text("Connected")
    push(device, text="bob: new")
    expect(card(page, "bob: new")).to_be_visible()
    expect(card(page, "bob: old")).to_have_count(0)
    expect(page.locator("#badge")).to_have_text("2")


def test_a_phone_that_signs_out_is_no_longer_a_device(sign_in: SignIn, ana: User) -> None:
    page = sign_in(ana, "/phone/")
    device = set_up(page, "Apple")
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("status")).to_have_text("Logged out. This phone receives no more notifications.")
    assert not Device.objects.exists()
    assert not ana.auth_token_set.exists()
    again = set_up(page, "Google")
    assert again.token != device.token


def test_a_text_is_never_interpreted_as_markup(sign_in: SignIn, push: Push, ana: User) -> None:
    page = sign_in(ana, "/phone/")
    device = set_up(page, "Apple")
    push(device, title="<b>bold</b>", text="<img src=x onerror=alert(1)>")
    expect(page.locator(".card-title")).to_have_text("<b>bold</b>")
    expect(card(page, "<img src=x onerror=alert(1)>")).to_be_visible()
    expect(page.locator("#stacks img, #stacks b")).to_have_count(0)


def test_pages_fit_a_small_screen(sign_in: SignIn, ana: User) -> None:
    page = sign_in(ana, "/phone/")
    page.set_viewport_size({"width": 375, "height": 700})
    for address in ("/phone/", "/", "/sign-in/"):
        if address == "/sign-in/":
            page.goto("about:blank")
            page.context.clear_cookies()
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 375


def test_clicking_a_notification_opens_its_room(sign_in: SignIn, push: Push, ana: User) -> None:
    room = RoomFactory(name="general", members=[ana])
    message = message_in(room, ana, "Curtain up!")
    page = sign_in(ana, "/phone/")
    device = set_up(page, "Google")
    payload = {"rid": room.public_id, "messageId": message.public_id, "type": "c"}
    push(device, title="#general", text="ana: Curtain up!", payload=payload)
    card(page, "ana: Curtain up!").get_by_role("link").click()
    page.wait_for_url(f"**/channel/general?msg={message.public_id}")
    expect(page.locator(".room-linked")).to_contain_text("Curtain up!")


def test_messages_read_elsewhere_are_removed_from_the_lock_screen(sign_in: SignIn, push: Push, ana: User) -> None:
    page = sign_in(ana, "/phone/")
    device = set_up(page, "Apple")
    assert device.capabilities == ["clear"]
    push(device, text="bob: one", notId=1, badge=2)
    push(device, text="bob: two", notId=2, badge=3)
    expect(card(page, "bob: two")).to_be_visible()
    push(device, silent=True, notId=1, badge=1, payload={"rid": "r", "type": "clear", "notId": 1, "badge": 1})
    expect(card(page, "bob: one")).to_have_count(0)
    expect(card(page, "bob: two")).to_be_visible()
    expect(page.locator("#badge")).to_have_text("1")
    page.reload()
    expect(card(page, "bob: two")).to_be_visible()
    expect(card(page, "bob: one")).to_have_count(0)
