"""What happens here is reported to other programs, without texts."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cloud.models import QuotaNotice
from cloud.signals import quota_passed
from push.models import Attempt, Device, Notification, WebhookDelivery, WebhookEndpoint
from push.sending.dispatching import due_dispatch
from push.sending.receipts import receipts_record
from push.services.devices import device_forget
from push.services.webhooks import events
from push.services.webhooks.subscriptions import subscriptions
from tests.fakes.gateway import FakeGateway, Reply
from tests.fakes.webhook_receiver import FakeReceiver
from tests.push.conftest import Post, queue
from tests.push.services.webhooks.conftest import endpoint_of
from workspace.models import User

pytestmark = pytest.mark.django_db


def stored(type: str) -> list[dict[str, Any]]:
    rows = WebhookDelivery.objects.filter(type=type).order_by("pk")
    return [json.loads(row.body) for row in rows]


def test_a_sent_notification_and_its_receipt_are_reported(
    endpoint: WebhookEndpoint, receiver: User, device: Device, post: Post, gateway: FakeGateway
) -> None:
    message = post("secret words")
    item = queue(receiver, message)
    due_dispatch()
    receipts_record(notification=item.pk, devices=[device.pk])
    receipts_record(notification=item.pk, devices=[device.pk])
    (sent,) = stored("notification.sent")
    assert sent["data"] == {
        "notification": str(item.pk),
        "user": receiver.public_id,
        "room": message.room.public_id,
        "message": message.public_id,
        "channel": "push",
        "rule": "mentioned",
        "created_at": item.created_at.isoformat(),
    }
    (received,) = stored("notification.received")
    assert received["data"]["device"] == device.public_id
    assert not WebhookDelivery.objects.filter(body__contains="secret words").exists()


def test_a_failed_notification_and_an_invalid_token_are_reported(
    endpoint: WebhookEndpoint, receiver: User, device: Device, post: Post, gateway: FakeGateway
) -> None:
    gateway.script(device.token, Reply(422), Reply(406))
    queue(receiver, post("first"))
    due_dispatch()
    (failed,) = stored("notification.failed")
    assert failed["data"]["reason"] == Notification.objects.get().reason
    queue(receiver, post("second"))
    due_dispatch()
    assert [one["data"]["reason"] for one in stored("device.removed")] == ["token_dead"]


def test_many_notifications_are_stored_in_one_statement(
    endpoint: WebhookEndpoint, receiver: User, post: Post, gateway: FakeGateway
) -> None:
    items = [queue(receiver, post(f"{number}")) for number in range(20)]
    Notification.objects.update(state="sent", finished_at=timezone.now())
    keys = [item.pk for item in items]
    with CaptureQueriesContext(
        connection,
    ) as queries:
        events.notifications_ended(keys, state="sent")
        first = len(queries)
        events.notifications_ended(keys, state="sent")
    assert WebhookDelivery.objects.count() == 20
    assert sum("INSERT" in query["sql"] for query in queries.captured_queries[:first]) == 1


def test_without_an_endpoint_nothing_is_queried(receiver: User, post: Post, device: Device, receiving: Any) -> None:
    endpoint_of(receiving, "route.paused")
    subscriptions.to("notification.sent")
    item = queue(receiver, post())
    with CaptureQueriesContext(connection) as queries:
        events.notifications_ended([item.pk], state="sent")
        events.notification_received(notification=item.pk, devices=[device.pk], at=timezone.now())
        events.devices_died([device.pk], at=timezone.now())
    assert len(queries) == 0


def test_a_removed_device_is_reported_once(endpoint: WebhookEndpoint, device: Device) -> None:
    device_forget(device=device)
    (removed,) = stored("device.removed")
    assert (removed["data"]["reason"], removed["data"]["app"]) == ("removed", device.app_name)


def test_a_paused_route_is_reported(
    endpoint: WebhookEndpoint, receiver: User, post: Post, gateway: FakeGateway, device: Device
) -> None:
    gateway.script(device.token, Reply(401, body={"error": "Who?", "errorType": "error-unauthorized"}))
    queue(receiver, post())
    due_dispatch()
    (paused,) = stored("route.paused")
    assert (paused["data"]["route"], paused["data"]["status"]) == ("gateway", 401)


def test_the_quota_is_reported(endpoint: WebhookEndpoint) -> None:
    for percent in (80, 100, 100):
        quota_passed.send(QuotaNotice, month="2026-11", percent=percent, used=800, limit=1000)
    assert [one["data"]["percent"] for one in stored("quota.warning")] == [80]
    assert [one["data"]["percent"] for one in stored("quota.exhausted")] == [100]


def test_events_beyond_the_limit_are_dropped_and_counted(
    endpoint: WebhookEndpoint, receiving: FakeReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "WAITING_LIMIT", 1)
    for number in range(3):
        event = events.OutgoingEvent(str(number), {}, timezone.now())
        events.events_store("webhook.test", [event], endpoints=[endpoint.pk])
    endpoint.refresh_from_db()
    assert (WebhookDelivery.objects.count(), endpoint.dropped) == (2, 1)


def test_an_error_does_not_prevent_what_is_reported(
    endpoint: WebhookEndpoint, receiver: User, post: Post, gateway: FakeGateway
) -> None:
    item = queue(receiver, post())
    WebhookEndpoint.objects.all().delete()
    due_dispatch()
    item.refresh_from_db()
    assert item.state == "sent"
    assert Attempt.objects.count() == 1
