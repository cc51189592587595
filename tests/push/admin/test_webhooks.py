"""The pages of outgoing webhooks: who may open them, and what they show and do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from push.models import WebhookDelivery, WebhookEndpoint
from push.services.webhooks.endpoints import endpoint_save
from push.services.webhooks.endpoints import test_send as send_test
from push.services.webhooks.sending import webhooks_send
from tests.admin_rows import staff
from tests.fakes.gateway import Reply
from tests.fakes.webhook_receiver import FakeReceiver

pytestmark = pytest.mark.django_db

LIST = "/admin/push/webhookendpoint/"
DELIVERIES = "/admin/push/webhookdelivery/"


@pytest.fixture
def receiving(settings: Any) -> Iterator[FakeReceiver]:
    with FakeReceiver() as fake:
        settings.WEB_PUSH_PRIVATE_HOSTS = [fake.host]
        yield fake


@pytest.fixture
def manager() -> Client:
    client = Client()
    client.force_login(staff("push.manage_outgoing_integrations"))
    return client


def add(manager: Client, receiving: FakeReceiver) -> tuple[WebhookEndpoint, str]:
    entered = {"name": "CRM", "is_enabled": "on", "url": receiving.url, "events": ["route.paused", "device.removed"]}
    page = manager.post(f"{LIST}add/", entered, follow=True).content.decode()
    endpoint = WebhookEndpoint.objects.get()
    return endpoint, page


def test_the_secret_is_shown_once(manager: Client, receiving: FakeReceiver) -> None:
    endpoint, page = add(manager, receiving)
    assert endpoint.secret in page
    assert endpoint.event_types == ["device.removed", "route.paused"]
    again = manager.get(f"{LIST}{endpoint.pk}/change/").content.decode()
    assert endpoint.secret not in again
    earlier = endpoint.secret
    page = act(manager, endpoint, "renew_secret")
    endpoint.refresh_from_db()
    assert endpoint.secret != earlier
    assert endpoint.secret in page


def act(manager: Client, row: Any, name: str) -> str:
    """Confirm an action on the page of a row, and return the page that follows."""
    url = f"/admin/push/{row._meta.model_name}/{row.pk}/{name}/"
    return manager.post(url, {"_form_submitted": "True"}, follow=True).content.decode()


def test_an_address_that_is_not_public_is_refused(manager: Client) -> None:
    entered = {"name": "CRM", "url": "https://10.0.0.1/x", "events": ["route.paused"]}
    page = manager.post(f"{LIST}add/", entered).content.decode()
    assert "not on the public internet" in page
    assert not WebhookEndpoint.objects.exists()


def test_deliveries_show_their_tries_and_are_repeated(manager: Client, receiving: FakeReceiver) -> None:
    endpoint, _page = add(manager, receiving)
    receiving.replies.append(Reply(500, {}, {"error": "database is down"}))
    send_test(endpoint=endpoint)
    webhooks_send()
    delivery = WebhookDelivery.objects.get()
    assert "webhook.test" in manager.get(DELIVERIES).content.decode()
    page = manager.get(f"{DELIVERIES}{delivery.pk}/change/").content.decode()
    assert "database is down" in page
    assert endpoint.secret not in page
    act(manager, delivery, "repeat")
    webhooks_send()
    assert len(receiving.received) == 2


def test_a_removed_webhook_leaves_no_delivery_on_the_pages(manager: Client, receiving: FakeReceiver) -> None:
    endpoint, _page = add(manager, receiving)
    send_test(endpoint=endpoint)
    delivery = WebhookDelivery.objects.get()
    page = manager.post(f"{LIST}{endpoint.pk}/delete/", {"post": "yes"}, follow=True)
    assert page.status_code == 200
    assert not WebhookEndpoint.objects.exists()
    listed = manager.get(DELIVERIES).content.decode()
    assert "webhook.test" not in listed
    assert manager.get(f"{DELIVERIES}{delivery.pk}/change/").status_code in {302, 404}


def test_others_may_not_open_the_pages(receiving: FakeReceiver) -> None:
    values = {"name": "CRM", "url": receiving.url, "events": ["route.paused"], "is_enabled": True}
    endpoint = endpoint_save(endpoint=WebhookEndpoint(), **values)
    client = Client()
    client.force_login(staff("workspace.view_message"))
    for page in (LIST, f"{LIST}add/", f"{LIST}{endpoint.pk}/change/", DELIVERIES):
        assert client.get(page).status_code in {302, 403}
    assert client.post(f"{LIST}{endpoint.pk}/change/", {"name": "x"}).status_code in {302, 403}
