"""Notifications that reach a topic, and what the workspace makes of refusals."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client

from push.content.options import identity_of
from push.models import Attempt, Device, ProviderValue, RouteState, ShownMessage, State
from push.selectors.route_overview import pauses
from push.sending.dispatching import due_dispatch
from push.services.changed_messages import message_updates_schedule
from tests.admin_rows import administrator
from tests.factories import DeviceFactory, UserFactory
from tests.fakes.ntfy import ACCESS_TOKEN, FakeNtfy, ntfy_error
from tests.push.conftest import Post, queue
from tests.push.providers.ntfy.conftest import topic_of, turn_on
from workspace.models import User

pytestmark = pytest.mark.django_db

BACKEND = "workspace.authentication.NameOrEmailBackend"
DEVICES = "/account/devices/"
SETUP = "/admin/push/approute/provider/ntfy/"


@pytest.fixture
def bob(client: Client, receiver: User) -> Client:
    client.force_login(receiver, backend=BACKEND)
    return client


@pytest.fixture
def admin() -> Client:
    client = Client()
    client.force_login(administrator())
    return client


def test_a_notification_is_published(receiver: User, topic: Device, post: Post, ntfy: FakeNtfy) -> None:
    item = queue(receiver, post())
    due_dispatch()
    item.refresh_from_db()
    assert item.state == State.SENT
    assert ntfy.texts == ["ana: disk full"]
    assert Attempt.objects.get().route == "ntfy"


def test_a_retry_has_the_same_sequence_id(receiver: User, topic: Device, post: Post, ntfy: FakeNtfy) -> None:
    ntfy.replies.append(ntfy_error(500, 50001, "internal server error"))
    item = queue(receiver, post())
    due_dispatch()
    item.refresh_from_db()
    assert item.state == State.RETRYING
    with time_machine.travel(item.due_at + timedelta(hours=1), tick=False):
        due_dispatch()
    (published,) = ntfy.published
    assert published.message["sequence_id"] == identity_of(item.pk, topic.pk)


def test_a_refused_access_token_pauses_the_route_and_a_new_one_ends_the_pause(
    receiver: User, topic: Device, post: Post, ntfy: FakeNtfy, admin: Client
) -> None:
    turn_on(ntfy, "tk_wrong")
    queue(receiver, post())
    due_dispatch()
    (pause,) = pauses()
    assert "access token" in pause.sentence
    assert pause.step_url == SETUP
    assert Device.objects.get(pk=topic.pk).disabled_at is None
    page = admin.get("/admin/push/approute/").content.decode()
    assert SETUP in page
    turn_on(ntfy)
    assert not RouteState.objects.exists()
    due_dispatch()
    assert ntfy.texts == ["ana: disk full"]


def test_one_topic_that_may_not_be_published_to_pauses_nothing(
    receiver: User, topic: Device, post: Post, ntfy: FakeNtfy
) -> None:
    ntfy.replies.append(ntfy_error(403, 40301, "forbidden"))
    item = queue(receiver, post())
    due_dispatch()
    item.refresh_from_db()
    assert item.state == State.FAILED
    assert pauses() == []


def test_an_invalid_topic_is_disabled(receiver: User, ntfy: FakeNtfy, post: Post) -> None:
    Device.objects.all().delete()
    device = topic_of(receiver, ntfy.topic("settings"))
    queue(receiver, post())
    due_dispatch()
    device.refresh_from_db()
    assert device.disabled_reason == "token_dead"


def test_an_edited_message_is_not_sent_again(receiver: User, topic: Device, post: Post, ntfy: FakeNtfy) -> None:
    message = post()
    queue(receiver, message)
    due_dispatch()
    message_updates_schedule(message=message)
    assert not ShownMessage.objects.exists()


class TestPages:
    def test_a_person_adds_a_topic_and_tests_it(self, bob: Client, receiver: User, ntfy: FakeNtfy) -> None:
        Device.objects.all().delete()
        assert "The ntfy app" in bob.get(DEVICES).content.decode()
        answer = bob.post(f"{DEVICES}add/ntfy/", {"address": "bob-topic"}, follow=True)
        device = Device.objects.get(user=receiver)
        assert (device.type, device.token, device.name) == ("ntfy", f"{ntfy.address}/bob-topic", "ntfy")
        html = answer.content.decode()
        assert ntfy.host in html
        assert device.token not in html
        bob.post(f"{DEVICES}{device.public_id}/test/")
        due_dispatch()
        assert ntfy.texts == ["This is a test push message"]

    def test_what_is_no_topic_is_explained(self, bob: Client, ntfy: FakeNtfy) -> None:
        answer = bob.post(f"{DEVICES}add/ntfy/", {"address": "https://ntfy.sh/a/b"}, follow=True)
        assert "Enter the name of a topic" in answer.content.decode()
        assert not Device.objects.filter(type="ntfy").exists()

    def test_while_it_is_off_it_is_not_offered(self, bob: Client) -> None:
        assert "The ntfy app" not in bob.get(DEVICES).content.decode()
        assert bob.post(f"{DEVICES}add/ntfy/", {"address": "x"}).status_code == 404

    def test_an_administrator_sets_it_up(self, admin: Client, ntfy: FakeNtfy) -> None:
        page = admin.get(SETUP).content.decode()
        assert ntfy.address in page
        assert ACCESS_TOKEN not in page
        entered = {"enabled": "on", "server": ntfy.address, "access_token": ""}
        assert admin.post(SETUP, entered).status_code == 302
        assert ProviderValue.objects.get(name="access_token").value == ACCESS_TOKEN
        admin.post(SETUP, {**entered, "access_token__clear": "on"})
        assert not ProviderValue.objects.filter(name="access_token").exists()

    def test_an_unusable_server_is_refused(self, admin: Client, ntfy: FakeNtfy) -> None:
        answer = admin.post(SETUP, {"enabled": "on", "server": "http://192.168.1.2", "access_token": "a b"})
        assert answer.status_code == 200
        text = answer.content.decode()
        assert "must begin with https" in text
        assert "An access token consists of" in text
        assert ProviderValue.objects.get(name="server").value == ntfy.address

    def test_values_are_encrypted(self, ntfy: FakeNtfy) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT value FROM push_providervalue")
            assert not [value for (value,) in cursor.fetchall() if ACCESS_TOKEN in value or ntfy.host in value]

    def test_devices_are_listed_with_their_host_only(self, admin: Client, ntfy: FakeNtfy) -> None:
        device = DeviceFactory(user=UserFactory(), type="ntfy", app_name="ntfy", token=ntfy.topic())
        text = admin.get("/admin/push/device/?type__exact=ntfy").content.decode()
        assert ntfy.host in text
        assert device.token not in text
