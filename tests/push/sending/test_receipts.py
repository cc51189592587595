"""Devices that say that they have what was sent to them."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from push.explain.delivery_outcomes import notification_history
from push.models import Answer, Attempt, Device, Notification, ShownRoom
from push.providers.answers import SendAnswer
from push.receipts import receipt_token
from push.sending.attempts import attempts_close, history_of
from push.sending.dispatching import due_dispatch
from tests.api_client import ApiClient, failure
from tests.factories import DeviceFactory, UserFactory
from tests.fakes.gateway import FakeGateway, Reply
from tests.fakes.webpush import FakePushService
from tests.push.conftest import Post, queue, subscribe
from workspace.models import Message, User

pytestmark = pytest.mark.django_db

RECEIVED = "/web-push/received"


@pytest.fixture
def app(receiver: User, device: Device) -> ApiClient:
    """The app that registered the receiver's device."""
    api = ApiClient(receiver)
    api.post("push.token", type="apn", value=device.token, appName=device.app_name)
    return api


@pytest.fixture
def sent(gateway: FakeGateway, receiver: User, app: ApiClient, post: Post) -> Message:
    message = post("disk full")
    queue(receiver, message)
    due_dispatch()
    return message


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_app_that_fetches_or_acknowledges_has_received(sent: Message, app: ApiClient, method: str) -> None:
    before = Attempt.objects.get()
    with time_machine.travel(before.started_at + timedelta(seconds=2.1), tick=False):
        answer = app.get("push.get", id=sent.public_id) if method == "get" else app.post("push.ack", id=sent.public_id)
    assert answer.json()["success"] is True
    attempt = Attempt.objects.get()
    assert attempt.received_at == before.started_at + timedelta(seconds=2.1)
    entries = [entry.text for entry in notification_history(attempt.notification)]
    assert f"Received by {attempt.device} after 2.1 s." in entries


def test_the_first_receipt_counts(sent: Message, app: ApiClient) -> None:
    app.post("push.ack", id=sent.public_id)
    first = Attempt.objects.get().received_at
    app.post("push.ack", id=sent.public_id)
    app.get("push.get", id=sent.public_id)
    assert Attempt.objects.get().received_at == first


def test_only_the_device_of_the_sign_in_has_received(
    gateway: FakeGateway, receiver: User, app: ApiClient, post: Post
) -> None:
    other = DeviceFactory(user=receiver)
    message = post()
    queue(receiver, message)
    due_dispatch()
    app.post("push.ack", id=message.public_id)
    received = Attempt.objects.filter(received_at__isnull=False)
    assert [attempt.device_id for attempt in received] == [Device.objects.exclude(pk=other.pk).get().pk]


def test_an_app_with_several_devices_names_the_one(
    gateway: FakeGateway, receiver: User, app: ApiClient, post: Post
) -> None:
    app.post("push.token", type="gcm", value="second", appName="app")
    message = post()
    queue(receiver, message)
    due_dispatch()
    app.post("push.ack", id=message.public_id, token="second")
    [received] = Attempt.objects.filter(received_at__isnull=False)
    assert received.device == Device.objects.get(token="second")


def test_reading_in_a_browser_is_no_receipt(sent: Message, receiver: User) -> None:
    ApiClient(receiver).get("push.get", id=sent.public_id)
    assert Attempt.objects.get().received_at is None


def test_strangers_acknowledge_nothing(sent: Message) -> None:
    assert ApiClient().post("push.ack", id=sent.public_id).status_code == 401
    stranger = UserFactory(roles=())
    assert failure(ApiClient(stranger).post("push.ack", id=sent.public_id)) == "error-not-allowed"
    assert Attempt.objects.get().received_at is None


def test_a_browser_proves_by_what_it_was_sent(
    client: Client, push_service: FakePushService, receiver: User, device: Device, post: Post
) -> None:
    device.delete()
    browser = subscribe(receiver, push_service)
    queue(receiver, post())
    due_dispatch()
    receipt = push_service.delivered[0].content["receipt"]
    assert receipt["url"].endswith(RECEIVED)
    answer = client.post(RECEIVED, json.dumps({"token": receipt["token"]}), "application/json")
    assert answer.status_code == 204
    assert Attempt.objects.get().received_at is not None
    browser.refresh_from_db()
    assert browser.last_received_at is not None


@pytest.mark.parametrize("token", ["", "1.1", "1.1:forged", "x" * 500, None, 7, {"a": 1}])
def test_a_forged_receipt_changes_nothing(client: Client, sent: Message, token: object) -> None:
    answer = client.post(RECEIVED, json.dumps({"token": token}), "application/json")
    assert answer.status_code == 204
    assert Attempt.objects.get().received_at is None


def test_a_receipt_for_what_is_gone_changes_nothing(client: Client, sent: Message) -> None:
    answer = client.post(RECEIVED, json.dumps({"token": receipt_token(0, 0)}), "application/json")
    assert answer.status_code == 204


def test_a_receipt_before_the_answer_is_kept(sent: Message, app: ApiClient) -> None:
    Attempt.objects.update(answer="sending", finished_at=None, started_at=timezone.now())
    app.post("push.ack", id=sent.public_id)
    assert Attempt.objects.get().received_at is not None


class TestAReceiptIsADefiniteAnswer:
    """The device has the push, whatever became of the connection to the push service: it is never tried again."""

    @pytest.fixture
    def broken(self, gateway: FakeGateway, receiver: User, app: ApiClient, device: Device, post: Post) -> Message:
        """Return a message whose push the gateway took, but answered with an error."""
        gateway.script(device.token, Reply(status=503))
        message = post("disk full")
        queue(receiver, message)
        due_dispatch()
        assert Notification.objects.get().state == "retrying"
        return message

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_a_confirmed_push_is_not_tried_again(
        self, broken: Message, gateway: FakeGateway, app: ApiClient, method: str
    ) -> None:
        _ = app.get("push.get", id=broken.public_id) if method == "get" else app.post("push.ack", id=broken.public_id)
        item = Notification.objects.get()
        assert (item.state, item.reason, item.finished_at is not None) == ("sent", "", True)
        with time_machine.travel(timezone.now() + timedelta(hours=2)):
            due_dispatch()
        [attempt] = Attempt.objects.all()
        assert (attempt.answer, attempt.status, attempt.retry_at) == ("accepted", 503, None)

    def test_what_the_device_shows_is_recorded(self, broken: Message, app: ApiClient, device: Device) -> None:
        Device.objects.filter(pk=device.pk).update(capabilities=["clear"])
        app.post("push.ack", id=broken.public_id)
        assert ShownRoom.objects.get().room == broken.room

    def test_other_devices_are_still_tried(
        self, broken: Message, gateway: FakeGateway, receiver: User, app: ApiClient
    ) -> None:
        other = DeviceFactory(user=receiver)
        failed = Attempt.objects.get()
        Attempt.objects.create(notification=failed.notification, device=other, answer="retry", retry_at=failed.retry_at)
        app.post("push.ack", id=broken.public_id)
        assert Notification.objects.get().state == "retrying"
        with time_machine.travel(timezone.now() + timedelta(minutes=30)):
            due_dispatch()
        assert Notification.objects.get().state == "sent"
        assert list(Attempt.objects.order_by("pk").values_list("device", "number")) == [
            (failed.device_id, 1), (other.pk, 1), (other.pk, 2)
        ]  # fmt: skip

    def test_a_push_that_was_given_up_counts_as_sent(self, broken: Message, app: ApiClient) -> None:
        Attempt.objects.update(retry_at=None)
        Notification.objects.update(state="failed", reason="gave_up", finished_at=timezone.now())
        app.post("push.ack", id=broken.public_id)
        item = Notification.objects.get()
        assert (item.state, item.reason) == ("sent", "")

    @pytest.mark.parametrize("answer", [Answer.RETRY, Answer.REFUSED, Answer.ACCEPTED])
    def test_a_receipt_that_overtakes_the_answer_stands(self, sent: Message, app: ApiClient, answer: Answer) -> None:
        Attempt.objects.update(answer="sending", status=None, finished_at=None, claimed_by="token")
        attempt = Attempt.objects.get()
        app.post("push.ack", id=sent.public_id)
        said = SendAnswer(answer, status=200 if answer == Answer.ACCEPTED else 503)
        attempts_close(answers=[([attempt], said)], token="token", now=timezone.now())
        assert (attempt.answer, attempt.retry_at) == ("accepted", None)
        attempt.refresh_from_db()
        assert (attempt.answer, attempt.retry_at) == ("accepted", None)
        assert attempt.status == (200 if answer == Answer.ACCEPTED else None)
        assert history_of([attempt.notification_id]).outcome(attempt.notification_id, []).state == "sent"
