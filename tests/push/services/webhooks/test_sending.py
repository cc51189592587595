"""Sending events: signatures, retries, slow receivers, and endpoints that are disabled."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError

from push.http.engine import Engine
from push.models import WebhookDelivery, WebhookEndpoint, WebhookSettings, WebhookTry
from push.services import retention
from push.services.webhooks.deliveries import WAITS, delivery_repeat, failed_repeat
from push.services.webhooks.endpoints import endpoint_remove, endpoint_save, secret_renew
from push.services.webhooks.endpoints import test_send as send_test
from push.services.webhooks.sending import (
    ALWAYS_PER_ENDPOINT,
    PER_ENDPOINT,
    PER_PROCESS,
    InProgress,
    SendingRun,
    webhooks_send,
)
from push.services.webhooks.signatures import signature_header
from tests.fakes.gateway import Reply
from tests.fakes.webhook_receiver import FakeReceiver
from tests.push.services.webhooks.conftest import endpoint_of
from workspace.errors import ApplicationError

pytestmark = pytest.mark.django_db

State = WebhookDelivery.State


def delivery() -> WebhookDelivery:
    return WebhookDelivery.objects.get()


def test_the_signature_is_that_of_the_specification() -> None:
    """The example of the reference implementations."""
    header = signature_header(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
        secrets=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
    )
    assert header == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_an_event_is_signed_and_verified(endpoint: WebhookEndpoint, receiving: FakeReceiver) -> None:
    send_test(endpoint=endpoint)
    webhooks_send()
    (event,) = receiving.received
    content = event.verify(endpoint.secret)
    assert content["type"] == "webhook.test"
    assert content["data"] == {"webhook": endpoint.public_id}
    assert event.headers["webhook-id"] == delivery().event_id
    with pytest.raises(WebhookVerificationError):
        event.verify("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    assert (delivery().state, delivery().next_at) == (State.DELIVERED, None)


def test_for_a_day_a_new_secret_and_the_earlier_one_are_valid(
    endpoint: WebhookEndpoint, receiving: FakeReceiver
) -> None:
    earlier = endpoint.secret
    secret_renew(endpoint=endpoint)
    send_test(endpoint=endpoint)
    webhooks_send()
    receiving.received[0].verify(earlier)
    receiving.received[0].verify(endpoint.secret)
    with time_machine.travel(timezone.now() + timedelta(days=2), tick=False):
        send_test(endpoint=endpoint)
        webhooks_send()
        later = receiving.received[1]
        later.verify(endpoint.secret)
        with pytest.raises(WebhookVerificationError):
            Webhook(earlier).verify(later.body, later.headers)


def test_a_failure_is_retried_with_the_same_id_until_it_is_given_up(
    endpoint: WebhookEndpoint, receiving: FakeReceiver
) -> None:
    receiving.replies.extend([Reply(500, {}, {"error": f"broken {endpoint.secret}"})] * (len(WAITS) + 1))
    send_test(endpoint=endpoint)
    now = timezone.now()
    for wait in [timedelta(0), *WAITS]:
        now += wait * 1.2 + timedelta(seconds=1)
        with time_machine.travel(now, tick=False):
            WebhookEndpoint.objects.update(failing_since=now)
            webhooks_send()
    assert {event.headers["webhook-id"] for event in receiving.received} == {delivery().event_id}
    assert len(receiving.received) == len(WAITS) + 1
    assert delivery().state == State.FAILED
    last = WebhookTry.objects.first()
    assert last is not None
    assert last.status == 500
    assert "broken •••" in last.excerpt
    assert failed_repeat(endpoint=endpoint) == 1
    webhooks_send()
    assert delivery().state == State.DELIVERED
    delivery_repeat(delivery=delivery())
    webhooks_send()
    assert len(receiving.received) == len(WAITS) + 3


def test_a_redirect_is_a_failure_and_retry_after_is_respected(
    endpoint: WebhookEndpoint, receiving: FakeReceiver
) -> None:
    receiving.replies.append(Reply(302, {"Location": receiving.url, "Retry-After": "600"}))
    send_test(endpoint=endpoint)
    webhooks_send()
    assert len(receiving.received) == 1
    next_at = delivery().next_at
    assert next_at is not None
    assert next_at - timezone.now() > timedelta(minutes=9)


def test_a_slow_receiver_delays_no_other(endpoint: WebhookEndpoint, receiving: FakeReceiver, settings: Any) -> None:
    held, is_first = threading.Event(), []
    with FakeReceiver() as slow:
        settings.WEB_PUSH_PRIVATE_HOSTS = [receiving.host, slow.host]
        slow_endpoint = endpoint_of(slow, name="A slow one")
        slow.replies.extend([Reply(hold=held)] * 5)
        for _number in range(5):
            send_test(endpoint=slow_endpoint)
        for _number in range(10):
            send_test(endpoint=endpoint)
        receiving_take = receiving.take

        def take(event: Any) -> Reply:
            if len(receiving.received) == 9:
                # All but the last arrived although the slow receiver has answered nothing.
                is_first.append(not held.is_set())
                held.set()
            return receiving_take(event)

        receiving.take = take  # type: ignore[method-assign]
        webhooks_send()
    assert is_first == [True]
    assert WebhookDelivery.objects.filter(state=State.DELIVERED).count() == 15


def test_many_deliveries_need_few_statements_and_connections(
    endpoint: WebhookEndpoint, receiving: FakeReceiver
) -> None:
    for _number in range(PER_ENDPOINT):
        send_test(endpoint=endpoint)
    receiving.replies.append(Reply(500))
    with CaptureQueriesContext(connection) as queries:
        webhooks_send()
    # One claim. Outcomes and the endpoint's state are written in batches, the number of which depends on the receiver's
    # pace.
    statements = [query["sql"] for query in queries.captured_queries]
    assert sum('SET "next_at"' in statement for statement in statements) == 1
    batches = sum(statement.startswith('INSERT INTO "push_webhooktry"') for statement in statements)
    assert len(statements) <= 8 * (batches + 1)
    assert len(receiving.received) == PER_ENDPOINT
    assert WebhookDelivery.objects.filter(state=State.DELIVERED, tries_made=1).count() == PER_ENDPOINT - 1
    assert WebhookTry.objects.count() == PER_ENDPOINT
    first = set(receiving.connections)
    send_test(endpoint=endpoint)
    webhooks_send()
    assert receiving.connections == first


def test_slow_and_failing_receivers_leave_requests_for_the_others(endpoint: WebhookEndpoint) -> None:
    """Each may have many requests, few while it fails, and always a few if others use up the rest."""
    run = SendingRun(Engine())
    failing = WebhookEndpoint(pk=endpoint.pk + 1, failing_since=timezone.now())
    assert run.room_of([endpoint, failing]) == {endpoint.pk: PER_ENDPOINT, failing.pk: ALWAYS_PER_ENDPOINT}
    slow = WebhookEndpoint(pk=endpoint.pk + 2)
    run.in_progress = [InProgress(slow, WebhookDelivery(), timezone.now()) for _number in range(PER_PROCESS)]
    assert run.room_of([slow, endpoint]) == {endpoint.pk: ALWAYS_PER_ENDPOINT}


def test_an_unreachable_receiver_is_disabled_after_five_days(
    endpoint: WebhookEndpoint, receiving: FakeReceiver
) -> None:
    now = timezone.now()
    receiving.replies.extend([Reply(500), Reply(500)])
    send_test(endpoint=endpoint)
    webhooks_send()
    endpoint.refresh_from_db()
    assert endpoint.is_enabled
    assert endpoint.failing_since is not None
    with time_machine.travel(now + timedelta(days=5, minutes=1), tick=False):
        webhooks_send()
    endpoint.refresh_from_db()
    assert not endpoint.is_enabled
    assert "No delivery succeeded" in endpoint.disabled_reason
    with pytest.raises(ApplicationError):
        send_test(endpoint=endpoint)
    endpoint_save(endpoint=endpoint, name="CRM", url=endpoint.url, events=["route.paused"], is_enabled=True)
    assert (endpoint.failing_since, endpoint.disabled_reason) == (None, "")


@pytest.mark.parametrize(("days", "is_enabled"), [(2, False), (10, True), (0, True)])
def test_the_days_until_a_webhook_is_disabled_are_a_setting(
    endpoint: WebhookEndpoint, receiving: FakeReceiver, days: int, is_enabled: bool
) -> None:
    WebhookSettings(disable_after_days=days).save()
    receiving.replies.append(Reply(500))
    WebhookEndpoint.objects.update(failing_since=timezone.now() - timedelta(days=5))
    send_test(endpoint=endpoint)
    webhooks_send()
    endpoint.refresh_from_db()
    assert endpoint.is_enabled is is_enabled


def test_deliveries_of_a_removed_webhook_are_deleted_in_batches(
    endpoint: WebhookEndpoint, receiving: FakeReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    removed = endpoint_of(receiving, name="Former CRM")
    for _number in range(5):
        send_test(endpoint=removed)
    send_test(endpoint=endpoint)
    webhooks_send()
    endpoint_remove(endpoint=removed)
    assert WebhookDelivery.objects.count() == 6
    monkeypatch.setattr(retention, "BATCH", 2)
    assert retention.removed_webhooks_prune(timezone.now()) == 2
    while not retention.expired_prune():
        pass
    assert delivery().endpoint == endpoint
    assert WebhookTry.objects.count() == 1


def test_a_receiver_that_is_gone_is_disabled_at_once(endpoint: WebhookEndpoint, receiving: FakeReceiver) -> None:
    receiving.replies.append(Reply(410))
    send_test(endpoint=endpoint)
    webhooks_send()
    endpoint.refresh_from_db()
    assert "410" in endpoint.disabled_reason


def test_a_host_that_is_no_longer_public_is_not_sent_to(
    endpoint: WebhookEndpoint, receiving: FakeReceiver, settings: Any
) -> None:
    send_test(endpoint=endpoint)
    settings.WEB_PUSH_PRIVATE_HOSTS = []
    webhooks_send()
    assert not receiving.received
    assert "https" in WebhookTry.objects.get().error


def test_a_delivery_whose_worker_died_is_sent_again(endpoint: WebhookEndpoint, receiving: FakeReceiver) -> None:
    send_test(endpoint=endpoint)
    WebhookDelivery.objects.update(next_at=timezone.now() + timedelta(seconds=60))
    webhooks_send()
    assert not receiving.received
    with time_machine.travel(timezone.now() + timedelta(seconds=61), tick=False):
        webhooks_send()
    assert receiving.types == ["webhook.test"]
