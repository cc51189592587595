"""The panel at the top of the Push settings page, and the pages of the test push."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from push.models import Notification
from push.sending.dispatching import due_dispatch
from tests.factories import DeviceFactory, RoomFactory, UserFactory, message_in
from tests.fakes.gateway import FakeGateway, Reply
from tests.push.conftest import queue, settings_change
from tests.workspace.pages.test_settings_group import signed_in, staff
from workspace.models import User

pytestmark = pytest.mark.django_db

PUSH = "/admin/settings/push/"


@pytest.fixture
def rose() -> User:
    user = UserFactory(username="rose", roles=("admin", "user"))
    DeviceFactory(user=user)
    return user


@pytest.fixture
def client(rose: User) -> Client:
    return signed_in(rose)


def test_the_page_begins_with_the_checklist(client: Client) -> None:
    text = client.get(PUSH).content.decode()
    assert text.index("Server notifications are misconfigured") < text.index('id="Push_enable"')
    assert "#Register_Server" in text


def test_the_gateways_are_checked_without_a_push(client: Client, gateway: FakeGateway) -> None:
    assert reverse("push_gateways") in client.get(PUSH).content.decode()
    text = client.get(reverse("push_gateways")).content.decode()
    assert f"{gateway.address} responds in " in text
    assert [(one.token, one.options) for one in gateway.received] == [("", {})]


def test_the_gateways_can_be_checked_without_javascript(client: Client, gateway: FakeGateway) -> None:
    assert f"{gateway.address} responds in " in client.get(PUSH, {"gateways": ""}).content.decode()


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(401), "rejects this workspace's authorization"),
        (Reply(404), "not like a push gateway"),
        (Reply(422), "responds in"),
    ],
)
def test_a_gateways_response_is_shown(client: Client, gateway: FakeGateway, reply: Reply, words: str) -> None:
    gateway.script("", reply)
    assert words in client.get(reverse("push_gateways")).content.decode().replace("&#x27;", "'")


def test_each_gateway_is_shown(client: Client, gateway: FakeGateway) -> None:
    settings_change(gateway=f"http://127.0.0.1:9\n{gateway.address}")
    text = client.get(reverse("push_gateways")).content.decode()
    assert "http://127.0.0.1:9 cannot be reached" in text
    assert f"{gateway.address} responds in" in text


def test_no_gateway_is_checked_if_none_is_used(client: Client) -> None:
    assert "responds in" not in client.get(reverse("push_gateways")).content.decode()


def test_the_result_page_follows_a_test_push(client: Client, gateway: FakeGateway) -> None:
    answer = client.post(reverse("push_test_start"))
    address = answer["Location"]
    waiting = client.get(address).content.decode()
    assert 'data-state="waiting"' in waiting
    assert "hx-get" in waiting
    assert 'http-equiv="refresh"' in waiting
    due_dispatch()
    fragment = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert 'data-state="accepted"' in fragment
    assert "1 of 1 device accepted the push." in fragment
    assert "hx-get" not in fragment
    assert "<html" not in fragment


def test_another_users_devices_are_tested_by_name(client: Client, gateway: FakeGateway) -> None:
    DeviceFactory(user=UserFactory(username="bob"))
    answer = client.post(reverse("push_test_start"), {"username": "BOB"}, follow=True)
    assert "<strong>bob</strong>" in answer.content.decode()
    assert Notification.objects.get().user.username == "bob"


def test_an_unknown_user_and_other_obstacles_are_shown(client: Client, gateway: FakeGateway) -> None:
    answer = client.post(reverse("push_test_start"), {"username": "nobody"}, follow=True)
    assert "There is no user “nobody”." in answer.content.decode()
    settings_change(enable=False)
    answer = client.post(reverse("push_test_start"), follow=True)
    assert "Push is disabled" in answer.content.decode()


def test_a_test_push_requires_post(client: Client, gateway: FakeGateway) -> None:
    assert client.get(reverse("push_test_start")).status_code == 405
    assert not Notification.objects.exists()


def test_only_test_pushes_are_shown_and_others_require_a_permission(client: Client, gateway: FakeGateway) -> None:
    real = queue(UserFactory(), message_in(RoomFactory(), UserFactory()))
    assert client.get(reverse("push_test_result", args=[real.pk])).status_code == 404
    address = client.post(reverse("push_test_start"))["Location"]
    tester = signed_in(staff("test_push_notifications"))
    assert tester.get(address).status_code == 403
    assert signed_in(staff("test_push_notifications", "test_push_of_others")).get(address).status_code == 200


def test_anonymous_users_are_rejected(gateway: FakeGateway) -> None:
    for name in ("push_test_start", "push_gateways"):
        client = signed_in(staff("view_user"))
        answer = client.post(reverse(name)) if name == "push_test_start" else client.get(reverse(name))
        assert answer.status_code == 403
    assert Client().post(reverse("push_test_start")).status_code == 302
    assert Client().get(reverse("push_gateways")).status_code == 302
    assert not Notification.objects.exists()
