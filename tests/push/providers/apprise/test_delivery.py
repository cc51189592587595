"""Notifications that reach a service, and the pages of administrators and members."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client

from push.models import Device, ProviderValue, State
from push.selectors.route_overview import pauses
from push.sending.dispatching import due_dispatch
from push.services.devices import device_remove
from tests.admin_rows import administrator
from tests.fakes.apprise import GOTIFY_TOKEN, FakeService
from tests.fakes.gateway import Reply
from tests.push.conftest import Post, queue
from tests.push.providers.apprise.conftest import device_of, turn_on
from workspace.models import User

pytestmark = pytest.mark.django_db

BACKEND = "workspace.authentication.NameOrEmailBackend"
DEVICES = "/account/devices/"
SETUP = "/admin/push/approute/provider/apprise/"


@pytest.fixture
def bob(client: Client, receiver: User) -> Client:
    client.force_login(receiver, backend=BACKEND)
    return client


@pytest.fixture
def admin() -> Client:
    client = Client()
    client.force_login(administrator())
    return client


def test_a_notification_arrives(receiver: User, device: Device, post: Post, service: FakeService) -> None:
    item = queue(receiver, post())
    due_dispatch()
    item.refresh_from_db()
    assert item.state == State.SENT
    (message,) = service.messages
    assert message.startswith("ana: disk full\nhttp")


def test_refusals_concern_the_address_only(
    receiver: User, device: Device, post: Post, service: FakeService, bob: Client
) -> None:
    service.replies.append(Reply(401, {}, {}))
    item = queue(receiver, post())
    due_dispatch()
    item.refresh_from_db()
    assert item.state == State.FAILED
    assert pauses() == []
    assert "does not accept the key or password" in bob.get(DEVICES).content.decode()


def test_a_removed_receiver_is_disabled(receiver: User, device: Device, post: Post, service: FakeService) -> None:
    service.replies.append(Reply(410, {}, {}))
    queue(receiver, post())
    due_dispatch()
    device.refresh_from_db()
    assert device.disabled_reason == "token_dead"


def test_the_address_is_encrypted_and_registering_it_again_adds_nothing(
    receiver: User, device: Device, service: FakeService
) -> None:
    assert device_of(receiver, service.gotify).pk == device.pk
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM push_device")
        assert GOTIFY_TOKEN not in str(cursor.fetchall())
    device_remove(user=receiver, token=service.gotify)
    assert not Device.objects.filter(user=receiver).exists()


class TestPages:
    def test_a_member_adds_a_service_and_tests_it(self, bob: Client, receiver: User, service: FakeService) -> None:
        turn_on()
        Device.objects.all().delete()
        assert "Telegram, Matrix, Gotify and others" in bob.get(DEVICES).content.decode()
        html = bob.post(f"{DEVICES}add/apprise/", {"address": service.gotify}, follow=True).content.decode()
        assert service.host in html
        assert GOTIFY_TOKEN not in html
        device = Device.objects.get(user=receiver)
        bob.post(f"{DEVICES}{device.public_id}/test/")
        due_dispatch()
        assert service.messages[0].startswith("This is a test push message")

    def test_an_unusable_address_is_explained(self, bob: Client, receiver: User) -> None:
        turn_on()
        answer = bob.post(f"{DEVICES}add/apprise/", {"address": "gotifys://10.0.0.1/x"}, follow=True)
        assert "not on the public internet" in answer.content.decode()
        assert not Device.objects.filter(type="apprise").exists()

    def test_an_administrator_chooses_the_services(self, admin: Client, bob: Client) -> None:
        assert bob.get(SETUP).status_code in {302, 403}
        assert "gotifys, matrixs" in admin.get(SETUP).content.decode()
        answer = admin.post(SETUP, {"enabled": "on", "services": "tgram, syslog"})
        assert "Unknown services: syslog" in answer.content.decode()
        assert admin.post(SETUP, {"enabled": "on", "services": "tgram"}).status_code == 302
        assert ProviderValue.objects.get(kind="apprise", name="services").value == "tgram"

    def test_devices_are_listed_without_the_address(self, admin: Client, device: Device, service: FakeService) -> None:
        text = admin.get("/admin/push/device/?type__exact=apprise").content.decode()
        assert service.host in text
        assert GOTIFY_TOKEN not in text
