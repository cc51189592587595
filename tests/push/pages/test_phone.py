"""The simulated phone's page and its endpoints."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from knox.models import AuthToken

from push.models import Device, SandboxPush
from push.providers.pushes import Push
from push.providers.sandbox.transport import SandboxProvider
from push.services.devices import device_register
from push.worker.heartbeat import Heartbeat
from tests.admin_rows import administrator
from tests.factories import DeviceFactory, RoomFactory, UserFactory, message_in
from tests.fakes.gateway import FakeGateway
from tests.push.conftest import gateway_connect
from workspace.models import RoomType, User

pytestmark = pytest.mark.django_db

BACKEND = "workspace.authentication.NameOrEmailBackend"
ADDRESSES = [
    ("get", "/phone/"),
    ("post", "/phone/credentials"),
    ("get", "/phone/inbox?token=t"),
    ("get", "/phone/problems"),
]


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


@pytest.fixture
def browser(client: Client, ana: User) -> Client:
    client.force_login(ana, backend=BACKEND)
    return client


def push(device: Device, text: str = "hello") -> None:
    SandboxProvider().send(Push(type=device.type, token=device.token, topic="app", text=text))


def inbox(browser: Client, **query: Any) -> HttpResponse:
    return browser.get("/phone/inbox", query)


def texts(response: HttpResponse) -> list[str]:
    return [card["text"] for card in response.json()["pushes"]]


def test_anonymous_users_sign_in_and_return(client: Client) -> None:
    response = client.get("/phone/?phone=2")
    assert (response.status_code, response["Location"]) == (302, "/sign-in/?next=/phone/%3Fphone%3D2")


@pytest.mark.parametrize(("method", "address"), ADDRESSES[1:])
def test_anonymous_script_requests_are_rejected(client: Client, method: str, address: str) -> None:
    assert getattr(client, method)(address).status_code == 401


@pytest.mark.parametrize(("method", "address"), ADDRESSES)
def test_without_the_sandbox_there_is_no_phone(browser: Client, settings: Any, method: str, address: str) -> None:
    settings.SANDBOX = False
    assert getattr(browser, method)(address).status_code == 404


@pytest.mark.parametrize(("query", "number"), [("", 1), ("2", 2), ("9", 9), ("10", 1), ("x", 1), ("٣", 1), ("-1", 1)])
def test_the_page_is_one_of_nine_phones(browser: Client, query: str, number: int) -> None:
    response = browser.get("/phone/", {"phone": query})
    assert response.status_code == 200
    assert response.context["config"]["number"] == number


def test_the_page_has_no_inline_script_or_style(browser: Client) -> None:
    html = browser.get("/phone/").content.decode()
    assert "<style" not in html
    assert "style=" not in html
    assert html.count("<script") == 3
    assert '<script id="phone-config" type="application/json">' in html
    assert 'src="/static/push/phone/main.js" type="module"></script>' in html


def test_the_credentials_open_the_api_for_the_signed_in_user(browser: Client, client: Client, ana: User) -> None:
    credentials = browser.post("/phone/credentials").json()
    assert credentials["userId"] == ana.public_id
    headers = {"X-Auth-Token": credentials["authToken"], "X-User-Id": credentials["userId"]}
    assert Client().get("/api/v1/me", headers=headers).json()["username"] == "ana"


def test_another_site_cannot_obtain_credentials(ana: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(ana, backend=BACKEND)
    assert browser.post("/phone/credentials").status_code == 403
    assert not AuthToken.objects.exists()


def test_credentials_require_post(browser: Client) -> None:
    assert browser.get("/phone/credentials").status_code == 405


def test_the_inbox_returns_received_pushes_in_order(browser: Client, ana: User) -> None:
    device, other = DeviceFactory(user=ana), DeviceFactory(user=ana)
    push(device, "one")
    push(other, "elsewhere")
    push(device, "two")
    assert texts(inbox(browser, token=device.token)) == ["one", "two"]


def test_only_pushes_after_the_given_one_are_returned(browser: Client, ana: User) -> None:
    device = DeviceFactory(user=ana)
    push(device, "one")
    last = inbox(browser, token=device.token).json()["pushes"][-1]["id"]
    assert texts(inbox(browser, token=device.token, after=last)) == []
    push(device, "two")
    assert texts(inbox(browser, token=device.token, after=last)) == ["two"]


@pytest.mark.parametrize("after", ["", "x", "-1", "1.5", "9" * 5000])
def test_an_invalid_id_means_from_the_beginning(browser: Client, ana: User, after: str) -> None:
    device = DeviceFactory(user=ana)
    push(device)
    assert texts(inbox(browser, token=device.token, after=after)) == ["hello"]


def test_an_id_after_the_last_push_returns_nothing(browser: Client, ana: User) -> None:
    device = DeviceFactory(user=ana)
    push(device)
    assert texts(inbox(browser, token=device.token, after="9" * 18)) == []


def test_a_phone_that_was_closed_for_long_gets_the_newest_pushes(browser: Client, ana: User) -> None:
    device = DeviceFactory(user=ana)
    for number in range(55):
        push(device, str(number))
    shown = texts(inbox(browser, token=device.token))
    assert (len(shown), shown[0], shown[-1]) == (50, "5", "54")


def test_another_users_phone_is_not_found(browser: Client) -> None:
    device = DeviceFactory()
    push(device)
    for token in (device.token, "unknown", ""):
        response = inbox(browser, token=token)
        assert (response.status_code, response.json()["error"]) == (404, "error-device-not-found")


def test_a_new_owner_does_not_see_earlier_pushes(browser: Client, ana: User) -> None:
    device = DeviceFactory()
    push(device, "for its owner")
    SandboxPush.objects.update(received_at=timezone.now() - timedelta(seconds=1))
    taken = device_register(user=ana, type="apn", app_name="app", token=device.token)
    push(taken, "for ana")
    assert texts(inbox(browser, token=device.token)) == ["for ana"]


def test_a_phone_that_registers_again_still_gets_missed_pushes(browser: Client, ana: User) -> None:
    device = device_register(user=ana, type="apn", app_name="app", token="a" * 64)
    push(device, "missed")
    device_register(user=ana, type="apn", app_name="app", token="a" * 64)
    assert texts(inbox(browser, token="a" * 64)) == ["missed"]


def test_a_notification_opens_its_message_or_room(browser: Client, ana: User) -> None:
    room = RoomFactory(name="ops", members=[ana])
    message = message_in(room, ana, "hello")
    address = f"/channel/ops?msg={message.public_id}"
    assert browser.get("/phone/open/", {"message": message.public_id})["Location"] == address
    assert browser.get("/phone/open/", {"message": "gone", "room": room.public_id})["Location"] == "/channel/ops"
    secret = message_in(RoomFactory(name="secret", type=RoomType.PRIVATE), UserFactory(), "Between us")
    asked = {"message": secret.public_id, "room": secret.room.public_id}
    response = browser.get("/phone/open/", asked, follow=True)
    assert "The message no longer exists." in response.content.decode()
    assert "Between us" not in response.content.decode()
    assert Client().get("/phone/open/", asked)["Location"].startswith("/sign-in/")


def problems(browser: Client) -> list[dict[str, str]]:
    found: list[dict[str, str]] = browser.get("/phone/problems").json()["problems"]
    return found


def test_the_phone_shows_why_no_push_can_arrive(browser: Client) -> None:
    sentences = " ".join(problem["sentence"] for problem in problems(browser))
    assert "No worker is running" in sentences
    assert "“Register Server” is" in sentences
    # A member cannot fix it, so there is no link to the administration.
    assert not any(problem["url"] for problem in problems(browser))


def test_an_administrator_gets_a_link_to_the_fix(client: Client) -> None:
    client.force_login(administrator(), backend=BACKEND)
    assert any("/admin/connectivity" in problem["url"] for problem in problems(client))


def test_an_unreachable_gateway_is_named(browser: Client) -> None:
    Heartbeat().beat()
    gateway_connect("http://127.0.0.1:1")
    (problem,) = problems(browser)
    assert "http://127.0.0.1:1 cannot be reached" in problem["sentence"]


def test_no_problem_is_shown_while_pushes_can_arrive(browser: Client, gateway: FakeGateway) -> None:
    Heartbeat().beat()
    assert problems(browser) == []
