"""What administrators do with outgoing webhooks."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from push.models import WebhookEndpoint, WebhookEvent
from push.models.webhooks import TEST_EVENT
from push.providers.endpoints import endpoint_check
from push.services.webhooks.events import OutgoingEvent, events_store
from push.services.webhooks.signatures import secret_new
from push.services.webhooks.subscriptions import subscriptions
from push.waking import wake
from workspace.errors import ApplicationError

# Receivers accept both secrets for this time after a new one was made.
OVERLAP = timedelta(days=1)


@transaction.atomic
def endpoint_save(
    *, endpoint: WebhookEndpoint, name: str, url: str, events: Collection[str], is_enabled: bool
) -> WebhookEndpoint:
    """Save a new or changed endpoint; a new one gets a secret. Raises EndpointError for an address not to be used.

    Enabling it again ends what made it fail.
    """
    endpoint_check(url)
    unknown = set(events) - set(WebhookEvent.values)
    if unknown or not events:
        raise ApplicationError("invalid-params", "Choose at least one known event.")
    endpoint.name, endpoint.url, endpoint.is_enabled = name, url, is_enabled
    endpoint.events = [event for event in WebhookEvent.values if event in events]
    endpoint.secret = endpoint.secret or secret_new()
    if is_enabled:
        endpoint.failing_since, endpoint.disabled_reason = None, ""
    endpoint.save()
    transaction.on_commit(subscriptions.forget)
    return endpoint


@transaction.atomic
def endpoint_remove(*, endpoint: WebhookEndpoint) -> None:
    """Remove the endpoint. Its deliveries are no longer shown, and are deleted in batches."""
    endpoint.delete()
    wake("prune")
    transaction.on_commit(subscriptions.forget)


@transaction.atomic
def secret_renew(*, endpoint: WebhookEndpoint) -> str:
    """Return a new secret. For a day, events are signed with the earlier one too."""
    endpoint.previous_secret, endpoint.secret = endpoint.secret, secret_new()
    endpoint.previous_secret_until = timezone.now() + OVERLAP
    endpoint.save(update_fields=["secret", "previous_secret", "previous_secret_until", "updated_at"])
    return endpoint.secret


def test_send(*, endpoint: WebhookEndpoint) -> None:
    """Send an event without a meaning, in the same way as all others."""
    if not endpoint.is_enabled:
        raise ApplicationError("error-webhook-disabled", "Enable the webhook first.")
    event = OutgoingEvent(secrets.token_hex(16), {"webhook": endpoint.public_id}, timezone.now())
    events_store(TEST_EVENT, [event], endpoints=[endpoint.pk])
