"""The endpoints for web push."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from push.models import Device, VapidKeys
from tests.factories import PASSWORD, UserFactory
from tests.fakes.webpush import FakePushService
from workspace.models import User

pytestmark = pytest.mark.django_db

BACKEND = "workspace.authentication.NameOrEmailBackend"
ADDRESS = "/web-push/subscription"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"


@pytest.fixture
def ana(client: Client) -> User:
    user = UserFactory(username="ana")
    client.force_login(user, backend=BACKEND)
    return user


@pytest.fixture
def subscription(push_service: FakePushService) -> dict[str, Any]:
    made = push_service.subscribe(VapidKeys.current_public_key())
    return {"endpoint": made.endpoint, "expirationTime": None, "keys": made.keys}


def post(client: Client, body: object) -> Any:
    return client.post(ADDRESS, json.dumps(body), "application/json", headers={"User-Agent": FIREFOX})


def test_the_worker_controls_all_pages(client: Client) -> None:
    answer = client.get("/web-push-worker.js")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/javascript")
    assert answer["Cache-Control"] == "no-cache"
    script = answer.content.decode()
    assert json.loads(script.split("const CONFIG = ")[1].split(";\n")[0])["subscription"] == ADDRESS


def test_a_browser_registers_itself(client: Client, ana: User, subscription: dict[str, Any]) -> None:
    answer = post(client, subscription).json()
    device = Device.objects.get()
    assert answer == {"success": True, "id": device.public_id}
    assert (device.user, device.token, device.name) == (ana, subscription["endpoint"], "Firefox on Linux")
    assert device.app_version == "Firefox 145"
    assert device.capabilities == ["clear"]
    assert post(client, subscription).json()["id"] == device.public_id


def test_no_silent_push_is_sent_where_it_ends_the_subscription(client: Client, ana: User, settings: Any) -> None:
    with FakePushService() as service:
        keys = service.subscribe("").keys
    settings.WEB_PUSH_PRIVATE_HOSTS = ["web.push.apple.com"]
    post(client, {"endpoint": "https://web.push.apple.com/abc", "keys": keys})
    assert Device.objects.get().capabilities == []


def test_a_browser_is_removed_when_its_session_ends(client: Client, ana: User, subscription: dict[str, Any]) -> None:
    elsewhere = Client()
    elsewhere.force_login(ana, backend=BACKEND)
    post(client, subscription)
    elsewhere.post("/sign-out/")
    assert Device.objects.exists()
    client.post("/sign-out/")
    assert not Device.objects.exists()


def test_a_browser_is_removed_when_the_password_changes_elsewhere(
    client: Client, ana: User, subscription: dict[str, Any]
) -> None:
    elsewhere = Client()
    elsewhere.force_login(ana, backend=BACKEND)
    post(elsewhere, subscription)
    passwords = {"old_password": PASSWORD, "new_password1": "a wholly new one 7", "new_password2": "a wholly new one 7"}
    assert client.post("/account/password/", passwords).status_code == 302
    assert not Device.objects.exists()
    assert post(client, subscription).json()["success"]


def test_signed_in_users_get_the_subscription_key(client: Client, ana: User) -> None:
    answer = client.get(ADDRESS).json()
    assert answer["publicKey"] == VapidKeys.current_public_key()
    assert answer["csrfToken"]
    assert Client().get(ADDRESS).status_code == 401


def test_anonymous_users_cannot_register(client: Client, subscription: dict[str, Any]) -> None:
    answer = post(client, subscription)
    assert answer.status_code == 401
    assert answer.json()["error"] == "Your session has ended. Sign in again to continue."
    assert not Device.objects.exists()


def test_a_forged_request_is_rejected(ana: User, subscription: dict[str, Any]) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(ana, backend=BACKEND)
    assert post(client, subscription).status_code == 403
    assert not Device.objects.exists()


@pytest.mark.parametrize(
    "body", [[], "text", {}, {"endpoint": "https://push.example.org/x"}, {"endpoint": 7, "keys": {}}]
)
def test_invalid_subscriptions_are_rejected(client: Client, ana: User, body: object) -> None:
    answer = post(client, body)
    assert answer.status_code == 400
    assert answer.json()["success"] is False


def test_unsafe_endpoints_are_rejected_with_the_reason(client: Client, ana: User, subscription: dict[str, Any]) -> None:
    answer = post(client, {**subscription, "endpoint": "https://169.254.169.254/latest/meta-data"})
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error.startswith("The endpoint's host is not on the public internet.")
    assert error.endswith("WEB_PUSH_PRIVATE_HOSTS.")
    assert not Device.objects.exists()


def test_registrations_are_rate_limited(client: Client, ana: User) -> None:
    assert {post(client, {}).status_code for _number in range(21)} == {400, 429}


def test_every_page_keeps_the_subscription_up_to_date(client: Client, ana: User) -> None:
    html = client.get("/").content.decode()
    assert f'data-key="{VapidKeys.current_public_key()}"' in html
    assert f'data-user="{ana.public_id}"' in html
    assert client.session.session_key not in html
