"""Every user page, checked by axe in light and dark and at phone width. No page violates its own policy."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page

from preferences.models import RoomPreferences
from preferences.unsubscribe_links import SIGNER
from tests.browser.policies import policy_messages
from tests.factories import DeviceFactory, EmailAddressFactory, RoomFactory, UserFactory, direct_room, message_in
from tests.in_flight import context_leave
from workspace.models import Subscription, User
from workspace.services.second_factor import second_factor_prepare

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SERIOUS = {"serious", "critical"}
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 375, "height": 800}
STRANGERS = ("/sign-in/", "/password/", "/password/MQ/wrong-token/", "/address/wrong/", "/unsubscribe/{token}/")
MEMBERS = (
    "/",
    "/rooms/",
    "/rooms/channels/",
    "/rooms/new/",
    "/channel/general",
    "/threads/{thread}/",
    "/messages/{thread}/edit/",
    "/messages/{thread}/delete/",
    "/rooms/{room}/preferences/",
    "/rooms/{room}/leave/",
    "/api/docs",
    "/api/docs/plain",
    "/api/docs/quick-start",
    "/account/",
    "/account/preferences/",
    "/account/quiet-hours/",
    "/account/rooms/",
    "/account/password/",
    "/account/security/",
    "/account/security/confirm/",
    "/account/security/app/",
    "/account/sessions/",
    "/account/sessions/end-others/",
    "/account/addresses/{address}/remove/",
    "/account/devices/",
    "/account/devices/{device}/remove/",
    "/why/",
    "/why/?message={thread}",
    "/phone/",
)


@pytest.fixture
def ana(site: str) -> User:
    user = UserFactory(username="ana", name="Ana Silva")
    EmailAddressFactory(user=user)
    DeviceFactory(user=user)
    return user


@pytest.fixture
def names(ana: User) -> dict[str, str]:
    """Create data, and return the names used in URLs."""
    address = EmailAddressFactory(user=ana, address="other@example.org", verified=False)
    bob = UserFactory(username="bob", name="Bob Meier")
    room = RoomFactory(name="general", topic="Everything else", members=[ana, bob])
    RoomFactory(name="to-join", topic="x" * 200)
    RoomPreferences.objects.create(
        subscription=room.subscriptions.get(user=ana), room=room, push="nothing", group_mentions_muted=True
    )
    message_in(room, bob, "Good morning @ana, @bob and @all: https://example.org/ `code` " + "long" * 60)
    thread = message_in(room, ana, "Who can?")
    message_in(room, bob, "I can", parent=thread)
    message_in(direct_room(ana, bob), bob, "Lunch?")
    second_factor_prepare(user=ana)
    Subscription.objects.filter(user=ana).update(unread=3, user_mentions=1)
    return {
        "room": room.public_id,
        "thread": thread.public_id,
        "address": str(address.pk),
        "device": ana.devices.get().public_id,
    }


@pytest.fixture(params=["light", "dark"])
def page(request: pytest.FixtureRequest, browser: Browser, site: str) -> Iterator[Page]:
    """Open a page in light or dark mode; fail if its policy is violated."""
    context = browser.new_context(base_url=site, color_scheme=request.param, locale="en-US", reduced_motion="reduce")
    violations = policy_messages(context)
    yield context.new_page()
    context_leave(context)
    assert violations == []


def problems_of(page: Page, address: str) -> list[str]:
    """Return the problems of a page: serious ones found by axe, and horizontal scrolling on a phone."""
    page.set_viewport_size(WIDE)
    page.goto(address)
    found = Axe().run(page).response["violations"]
    problems = [
        f"{address}: {problem['id']}: {node['html'][:120]} {node.get('failureSummary', '')[:200]}"
        for problem in found
        if problem["impact"] in SERIOUS
        for node in problem["nodes"][:2]
    ]
    page.set_viewport_size(NARROW)
    width = page.evaluate("document.documentElement.scrollWidth")
    return problems + ([f"{address}: {width} pixels wide"] if width > NARROW["width"] else [])


def test_no_page_of_a_member_has_serious_problems(page: Page, site: str, ana: User, names: dict[str, str]) -> None:
    client = Client()
    client.force_login(ana, backend="workspace.authentication.NameOrEmailBackend")
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": site}])
    assert [problem for address in MEMBERS for problem in problems_of(page, address.format(**names))] == []


def test_no_public_page_has_serious_problems(page: Page) -> None:
    token = SIGNER.sign(UserFactory(username="ana").public_id)
    assert [problem for address in STRANGERS for problem in problems_of(page, address.format(token=token))] == []
