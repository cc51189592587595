"""A receiver that this installation may send to, and its endpoint."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from push.models import WebhookEndpoint, WebhookEvent
from push.services.webhooks.endpoints import endpoint_save
from push.services.webhooks.subscriptions import subscriptions
from tests.fakes.webhook_receiver import FakeReceiver


@pytest.fixture
def receiving(settings: Any) -> Iterator[FakeReceiver]:
    with FakeReceiver() as fake:
        settings.WEB_PUSH_PRIVATE_HOSTS = [fake.host]
        yield fake


@pytest.fixture
def endpoint(db: None, receiving: FakeReceiver) -> WebhookEndpoint:
    """An endpoint for all events."""
    return endpoint_of(receiving)


def endpoint_of(receiving: FakeReceiver, *events: str, name: str = "CRM") -> WebhookEndpoint:
    wanted = events or WebhookEvent.values
    made = endpoint_save(endpoint=WebhookEndpoint(), name=name, url=receiving.url, events=wanted, is_enabled=True)
    # What waits for the end of the transaction, which a test does not end.
    subscriptions.forget()
    return made
