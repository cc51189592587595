"""The page with the user's own devices."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from push.models import TEST_RULE, Answer, Attempt, Device, DisabledReason, Notification
from push.sending.dispatching import due_dispatch
from push.services.devices import device_register
from push.services.fanout import pending_decide
from tests.factories import DeviceFactory, UserFactory
from tests.fakes.gateway import FakeGateway, Reply
from tests.fakes.webpush import FakePushService
from tests.push.conftest import subscribe
from workspace.models import Subscription, User

pytestmark = pytest.mark.django_db

BACKEND = "workspace.authentication.NameOrEmailBackend"
DEVICES = "/account/devices/"


@pytest.fixture
def ana(client: Client) -> User:
    user = UserFactory(username="ana")
    client.force_login(user, backend=BACKEND)
    return user


@pytest.fixture
def phone(ana: User) -> Device:
    return DeviceFactory(user=ana, name="Ana's phone")


def html_of(client: Client, address: str = DEVICES) -> str:
    return client.get(address).content.decode()


def test_a_phone_that_scanned_the_code_sees_one_button_first(client: Client, ana: User, settings: Any) -> None:
    html = html_of(client, "/account/devices/here/")
    assert html.index("Notify this phone</button>") < html.index(settings.SITE_URL)
    assert "data-web-push" in html
    assert 'id="sidebar"' not in html
    DeviceFactory(user=ana, name="Ana's phone")
    assert "Ana&#x27;s phone" in html_of(client, "/account/devices/here/")
    client.logout()
    assert client.get("/account/devices/here/").headers["Location"].startswith("/sign-in/")


def test_an_empty_page_explains_what_to_do(client: Client, ana: User) -> None:
    html = html_of(client)
    assert "No device yet" in html
    assert "Sign in to the mobile app" in html
    assert "Notify me in this browser" in html


def test_a_device_is_listed_with_its_state(client: Client, phone: Device) -> None:
    phone.error_answer, phone.error_status, phone.error_reason = Answer.REFUSED, 400, "BadTopic"
    phone.last_accepted_at = timezone.now() - timedelta(days=1)
    phone.save()
    html = html_of(client)
    for text in ("Ana&#x27;s phone", "Rocket.Chat", "Apple&#x27;s push service", "BadTopic", "Last accepted push"):
        assert text in html
    assert phone.token not in html


def test_a_browsers_secrets_are_not_shown(client: Client, ana: User, push_service: FakePushService) -> None:
    device = subscribe(ana, push_service)
    html = html_of(client)
    assert "Firefox on Linux" in html
    assert push_service.host in html
    for secret in (device.token, device.token.rpartition("/")[2], device.auth_secret):
        assert secret not in html


def test_a_disabled_device_shows_why_and_what_to_do(client: Client, phone: Device) -> None:
    Device.objects.update(disabled_at=timezone.now(), disabled_reason=DisabledReason.TOKEN_DEAD)
    html = html_of(client)
    assert "The push service no longer knows this device." in html
    assert "Sign in to its app again" in html
    assert f"{phone.public_id}/test/" not in html


def test_a_device_is_renamed(client: Client, phone: Device) -> None:
    html = client.post(f"{DEVICES}{phone.public_id}/name/", {"name": "  Work phone "}, follow=True).content.decode()
    assert "The device is now called “Work phone”." in html
    phone.refresh_from_db()
    assert phone.name == "Work phone"
    html = client.post(f"{DEVICES}{phone.public_id}/name/", {"name": "x" * 65}, follow=True).content.decode()
    assert "at most 64 characters" in html
    phone.refresh_from_db()
    assert phone.name == "Work phone"
    html = client.post(f"{DEVICES}{phone.public_id}/name/", {"name": ""}, follow=True).content.decode()
    assert "The device is now called “Phone”." in html


def test_devices_of_one_person_have_distinct_names(client: Client, ana: User) -> None:
    fields: dict[str, Any] = {"user": ana, "app_name": "chat.rocket.android"}
    first = device_register(type="gcm", token="t1", **fields)
    second = device_register(type="apn", token="a" * 64, **fields)
    third = device_register(type="gcm", token="t3", name="Phone 2", **fields)
    assert [device.name for device in (first, second, third)] == ["Phone", "Phone 2", "Phone 3"]
    assert device_register(type="gcm", token="t1", **fields).name == "Phone"
    html = client.post(f"{DEVICES}{third.public_id}/name/", {"name": "Phone"}, follow=True).content.decode()
    assert "The device is now called “Phone 3”." in html
    assert all(name in html for name in ("Phone 2", "Phone 3", "Rocket.Chat"))
    assert "chat.rocket.android" not in html
    assert device_register(user=UserFactory(), type="gcm", token="t4", app_name="app").name == "Phone"


def test_a_test_leaves_no_direct_room_behind(client: Client, gateway: FakeGateway, phone: Device) -> None:
    client.post(f"{DEVICES}{phone.public_id}/test/")
    due_dispatch()
    pending_decide()
    assert [one.token for one in gateway.accepted] == [phone.token]
    for address in ("/", "/rooms/"):
        assert 'href="/direct/' not in client.get(address).content.decode()
    assert not Subscription.objects.filter(user=phone.user, is_open=True).exists()


def test_a_failure_is_described_without_libcurls_message(client: Client, gateway: FakeGateway, phone: Device) -> None:
    # libcurl itself tries again on the connections that it has open.
    gateway.script(phone.token, *[Reply(cut=True)] * 9)
    address = client.post(f"{DEVICES}{phone.public_id}/test/")["Location"]
    due_dispatch()
    html = html_of(client, address)
    sentence = Attempt.objects.get().detail
    assert sentence in {"The server closed the connection without an answer.", "The connection broke off."}
    assert sentence in html


def test_a_name_survives_a_new_registration(client: Client, ana: User, push_service: FakePushService) -> None:
    device = subscribe(ana, push_service, client_id="c1")
    client.post(f"{DEVICES}{device.public_id}/name/", {"name": "Desk"})
    subscribe(ana, push_service, client_id="c1")
    assert Device.objects.get().name == "Desk"


def test_removing_asks_for_confirmation(client: Client, phone: Device) -> None:
    address = f"{DEVICES}{phone.public_id}/remove/"
    assert "Remove this device?" in html_of(client, address)
    assert Device.objects.exists()
    html = client.post(address, follow=True).content.decode()
    assert "was removed and will get no more notifications." in html
    assert not Device.objects.exists()


def test_a_test_goes_to_the_one_device(client: Client, gateway: FakeGateway, phone: Device) -> None:
    other = DeviceFactory(user=phone.user)
    answer = client.post(f"{DEVICES}{phone.public_id}/test/")
    assert "Waiting for the worker" in html_of(client, answer["Location"])
    due_dispatch()
    assert [one.token for one in gateway.accepted] == [phone.token]
    assert other.token not in [one.token for one in gateway.received]
    html = html_of(client, answer["Location"])
    assert "Accepted" in html
    address = answer["Location"]
    assert f'hx-get="{address}"' not in html


def test_a_test_for_a_removed_device_does_not_go_to_another(
    client: Client, gateway: FakeGateway, phone: Device
) -> None:
    DeviceFactory(user=phone.user)
    client.post(f"{DEVICES}{phone.public_id}/test/")
    phone.delete()
    due_dispatch()
    assert gateway.received == []
    assert Notification.objects.get(rule=TEST_RULE).reason == "no_device"


def test_a_test_that_cannot_be_sent_shows_an_error(client: Client, phone: Device) -> None:
    html = client.post(f"{DEVICES}{phone.public_id}/test/", follow=True).content.decode()
    assert "misconfigured" in html
    assert not Notification.objects.exists()


def test_tests_are_rate_limited(client: Client, gateway: FakeGateway, phone: Device) -> None:
    for _number in range(10):
        client.post(f"{DEVICES}{phone.public_id}/test/")
    html = client.post(f"{DEVICES}{phone.public_id}/test/", follow=True).content.decode()
    assert "Wait a minute" in html
    assert Notification.objects.count() == 10


@pytest.mark.parametrize("action", ["name", "remove", "test"])
def test_another_users_device_is_not_found(client: Client, ana: User, action: str) -> None:
    theirs = DeviceFactory(name="Theirs")
    assert client.post(f"{DEVICES}{theirs.public_id}/{action}/", {"name": "Mine"}).status_code == 404
    theirs.refresh_from_db()
    assert theirs.name == "Theirs"
    assert "Theirs" not in html_of(client)


def test_another_users_test_is_not_found(client: Client, gateway: FakeGateway, phone: Device) -> None:
    address = client.post(f"{DEVICES}{phone.public_id}/test/")["Location"]
    client.force_login(UserFactory(), backend=BACKEND)
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("address", [DEVICES, f"{DEVICES}x/remove/", f"{DEVICES}test/1/"])
def test_anonymous_users_are_redirected_to_sign_in(client: Client, address: str) -> None:
    assert client.get(address)["Location"].startswith("/sign-in/")


def test_the_number_of_queries_does_not_depend_on_the_number_of_devices(
    client: Client, ana: User, django_assert_max_num_queries: object
) -> None:
    DeviceFactory.create_batch(20, user=ana)
    with django_assert_max_num_queries(15):  # type: ignore[operator]
        client.get(DEVICES)
