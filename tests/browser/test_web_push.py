"""Web push in a real browser: enabled by a click, delivered encrypted, shown by the service worker.

The browser's own push service is not reachable here. A subscription at the fake service replaces the result of
`PushManager.subscribe`; everything else is real.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, CDPSession, Page, expect

from push.models import Attempt, Device, Notification, VapidKeys
from push.providers.web_push.keys import vapid_keys_ensure
from push.sending.dispatching import due_dispatch
from push.sending.remove_shown import remove_shown
from push.services.fanout import pending_decide
from tests.browser.opening import page_opening
from tests.factories import RoomFactory, UserFactory, message_in
from tests.fakes.webpush import FakePushService
from tests.push.conftest import queue
from tests.waiting import wait_until
from workspace.models import Room, User
from workspace.services.reading import room_mark_read

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SignIn = Callable[[User, str], Page]
DEVICES = "/account/devices/"
# Replaces the request to a push service that does not exist.
STUB = """
    const made = %s;
    const unsubscribe = async () => !localStorage.removeItem("test.subscribed");
    const subscription = { ...made, toJSON: () => made, unsubscribe };
    PushManager.prototype.subscribe = async function (options) {
        if (options.applicationServerKey !== "%s" || !options.userVisibleOnly) throw new Error("wrong key");
        localStorage.setItem("test.subscribed", "yes");
        return subscription;
    };
    PushManager.prototype.getSubscription = async function () {
        return localStorage.getItem("test.subscribed") ? subscription : null;
    };
"""
# A click on a notification. A headless browser cannot send a trusted click, which the worker needs to focus a page.
CLICK = """async () => {
    WindowClient.prototype.focus = async function () { return this; };
    const [notification] = await self.registration.getNotifications();
    self.dispatchEvent(new NotificationEvent("notificationclick", { notification }));
}"""


@pytest.fixture
def service(settings: Any) -> Iterator[FakePushService]:
    vapid_keys_ensure()
    with FakePushService() as fake:
        settings.WEB_PUSH_PRIVATE_HOSTS = [fake.host]
        yield fake


@pytest.fixture
def subscribed(context: BrowserContext, service: FakePushService) -> BrowserContext:
    subscription = service.subscribe(VapidKeys.current_public_key())
    made = json.dumps({"endpoint": subscription.endpoint, "expirationTime": None, "keys": subscription.keys})
    context.add_init_script(STUB % (made, VapidKeys.current_public_key()))
    return context


@pytest.fixture
def ana(site: str) -> User:
    return UserFactory(username="ana", name="Ana Silva")


@pytest.fixture
def room(ana: User) -> Room:
    return RoomFactory(name="ops", creator=UserFactory(username="bob"), members=[ana])


def deliver(page: Page, site: str, content: dict[str, Any]) -> None:
    """Pass a push to the worker, as the browser does."""
    session = worker_session(page)
    registrations: list[str] = []
    session.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: registrations.extend(one["registrationId"] for one in event["registrations"]),
    )
    session.send("ServiceWorker.enable")
    wait_until(lambda: bool(registrations or page.wait_for_timeout(20)), failure="No service worker is registered.")
    session.send(
        "ServiceWorker.deliverPushMessage",
        {"origin": site, "registrationId": registrations[0], "data": json.dumps(content)},
    )


def worker_session(page: Page) -> CDPSession:
    return page.context.new_cdp_session(page)


def shown(page: Page) -> list[dict[str, str]]:
    """Return the notifications shown by the service worker."""
    found: list[dict[str, str]] = page.evaluate(
        """async () => {
            const registration = await navigator.serviceWorker.ready;
            const shown = await registration.getNotifications();
            return shown.map(({ title, body, tag, data }) => ({ title, body, tag, url: data.url }));
        }"""
    )
    return found


def turn_on(page: Page) -> Device:
    page.get_by_role("button", name="Notify me in this browser").click()
    expect(page.get_by_text("You get notifications in this browser")).to_be_visible()
    return Device.objects.get()


def test_a_notification_travels_from_the_message_to_the_browser(
    subscribed: BrowserContext,
    sign_in: SignIn,
    site: str,
    service: FakePushService,
    ana: User,
    room: Room,
    settings: Any,
) -> None:
    settings.SITE_URL = site
    subscribed.grant_permissions(["notifications"], origin=site)
    page = sign_in(ana, DEVICES)
    device = turn_on(page)
    assert device.user == ana
    expect(page.locator(f"#device-{device.public_id}")).to_contain_text("this browser")

    message = message_in(room, room.creator, "Curtain up!")
    queue(ana, message)
    due_dispatch()
    content = service.delivered[0].content
    assert (content["title"], content["text"]) == ("#ops", "bob: Curtain up!")

    deliver(page, site, content)
    wait_until(lambda: bool(shown(page)), failure="The worker shows nothing.")
    assert shown(page) == [
        {
            "title": "#ops",
            "body": "bob: Curtain up!",
            "tag": room.public_id,
            "url": f"/channel/ops?msg={message.public_id}",
        }
    ]
    wait_until(
        lambda: Attempt.objects.get().received_at is not None, failure="The worker does not say that it has the push."
    )

    room_mark_read(user=ana, room=room)
    remove_shown()
    deliver(page, site, service.delivered[1].content)
    wait_until(lambda: not shown(page), failure="What was read elsewhere is still shown.")


def test_what_an_open_page_has_shown_is_shown_no_second_time_by_the_push(
    subscribed: BrowserContext,
    sign_in: SignIn,
    site: str,
    service: FakePushService,
    ana: User,
    room: Room,
    settings: Any,
) -> None:
    settings.SITE_URL = site
    subscribed.grant_permissions(["notifications"], origin=site)
    page = sign_in(ana, DEVICES)
    turn_on(page)
    with page_opening(subscribed):
        page.reload()
    message = message_in(room, room.creator, "Curtain up!")
    pending_decide()
    wait_until(lambda: bool(page.wait_for_timeout(20) or shown(page)), failure="The page shows nothing.")
    by_page = shown(page)
    assert [(one["body"], one["tag"]) for one in by_page] == [("bob: Curtain up!", message.public_id)]

    Notification.objects.filter(channel="push").update(due_at=timezone.now())
    due_dispatch()
    deliver(page, site, service.delivered[0].content)
    wait_until(
        lambda: Attempt.objects.get().received_at is not None, failure="The worker does not say that it has the push."
    )
    assert shown(page) == by_page

    room_mark_read(user=ana, room=room)
    remove_shown()
    deliver(page, site, service.delivered[1].content)
    wait_until(lambda: not shown(page), failure="What was read elsewhere is still shown.")


def test_a_click_opens_the_message_in_the_page_of_its_room(
    subscribed: BrowserContext, sign_in: SignIn, site: str, ana: User, room: Room
) -> None:
    subscribed.grant_permissions(["notifications"], origin=site)
    turn_on(sign_in(ana, DEVICES))
    page = subscribed.new_page()
    page.goto("/channel/ops")
    message = message_in(room, room.creator, "Curtain up!")
    deliver(page, site, {"title": "#ops", "text": "bob: Curtain up!", "url": f"/channel/ops?msg={message.public_id}"})
    wait_until(lambda: bool(shown(page)), failure="The worker shows nothing.")
    (worker,) = subscribed.service_workers
    worker.evaluate(CLICK)
    page.wait_for_url(f"**/channel/ops?msg={message.public_id}*")
    assert shown(page) == []


def test_permission_is_asked_for_on_the_click_only(
    subscribed: BrowserContext, sign_in: SignIn, site: str, ana: User
) -> None:
    subscribed.add_init_script(
        "window.asked = 0; Notification.requestPermission = async () => { window.asked++; return 'default'; };"
    )
    page = sign_in(ana, DEVICES)
    button = page.get_by_role("button", name="Notify me in this browser")
    expect(button).to_be_visible()
    assert page.evaluate("window.asked") == 0
    button.click()
    expect(page.get_by_text("You have not allowed notifications yet")).to_be_visible()
    assert page.evaluate("window.asked") == 1
    assert not Device.objects.exists()


def test_a_forbidden_page_explains_why_and_links_back(context: BrowserContext, sign_in: SignIn, ana: User) -> None:
    context.add_init_script("Object.defineProperty(Notification, 'permission', { get: () => 'denied' });")
    page = sign_in(ana, DEVICES)
    expect(page.get_by_text("This browser blocks notifications from this site")).to_be_visible()
    expect(page.get_by_role("button", name="Notify me in this browser")).to_be_hidden()


def test_it_is_turned_off_where_it_was_turned_on(
    subscribed: BrowserContext, sign_in: SignIn, site: str, ana: User
) -> None:
    subscribed.grant_permissions(["notifications"], origin=site)
    page = sign_in(ana, DEVICES)
    turn_on(page)
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="Notify me in this browser")).to_be_visible()
    assert not Device.objects.exists()


def test_an_error_is_shown_as_text(
    context: BrowserContext, sign_in: SignIn, site: str, ana: User, service: FakePushService
) -> None:
    context.grant_permissions(["notifications"], origin=site)
    context.add_init_script("PushManager.prototype.subscribe = async () => { throw new Error('push service error'); };")
    page = sign_in(ana, DEVICES)
    page.get_by_role("button", name="Notify me in this browser").click()
    expect(page.get_by_text("This browser could not be turned on: push service error")).to_be_visible()
