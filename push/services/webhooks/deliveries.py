"""Claims deliveries that are due, and stores their outcomes."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from push.http.requests import HttpAnswer
from push.models import WebhookDelivery, WebhookEndpoint, WebhookTry
from push.providers.answers import UNWRITABLE, retry_after_parse
from push.services.webhooks.subscriptions import subscriptions
from workspace.errors import ApplicationError

State = WebhookDelivery.State

# The waits before the second and every further try; each is drawn from 80 to 120 percent of these. Together they are
# about three days, as Standard Webhooks recommends.
WAITS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
# A claimed delivery is sent again by another worker after this time, if its worker has died.
LEASE = timedelta(seconds=60)
# An endpoint is disabled if all deliveries have failed for this time.
DISABLED_AFTER = timedelta(days=5)
GONE = 410
EXCERPT_LENGTH = 300
UNPRINTABLE = dict.fromkeys([*range(32), 127], " ")

FAILED_FOR_DAYS = gettext_noop("All deliveries failed for five days.")
IS_GONE = gettext_noop("The receiver answered 410: it wants no more events.")


@transaction.atomic
def deliveries_claim(*, endpoint: WebhookEndpoint, most: int) -> list[WebhookDelivery]:
    """Return deliveries of the endpoint that are due, and reserve them for this worker for :data:`LEASE`."""
    now = timezone.now()
    due = WebhookDelivery.objects.filter(endpoint=endpoint, next_at__lte=now).order_by("next_at")
    claimed = list(due.select_for_update(skip_locked=True)[:most])
    WebhookDelivery.objects.filter(pk__in=[one.pk for one in claimed]).update(next_at=now + LEASE)
    return claimed


def deliveries_waiting(now: datetime) -> bool:
    """Return True if a delivery of an enabled endpoint is due."""
    enabled = WebhookEndpoint.objects.filter(is_enabled=True).values("pk")
    return WebhookDelivery.objects.filter(endpoint__in=enabled, next_at__lte=now).exists()


@transaction.atomic
def delivery_record(
    *, endpoint: WebhookEndpoint, delivery: WebhookDelivery, answer: HttpAnswer, started_at: datetime
) -> None:
    """Store the outcome of a try: delivered by any 2xx, else tried again after a wait, or given up."""
    now = timezone.now()
    stored = WebhookDelivery.objects.select_for_update().filter(pk=delivery.pk).first()
    if stored is None:
        # The endpoint was removed meanwhile.
        return
    WebhookTry.objects.create(
        delivery=delivery,
        started_at=started_at,
        seconds=round((now - started_at).total_seconds(), 3),
        status=answer.status,
        error=answer.error[:255],
        excerpt=excerpt_of(answer.body, endpoint),
    )
    if stored.state != State.WAITING:
        # Another worker has sent it too, because this one took too long.
        return
    delivery.tries_made = stored.tries_made + 1
    if answer.status is not None and 200 <= answer.status < 300:
        delivery.state, delivery.next_at = State.DELIVERED, None
        WebhookEndpoint.objects.filter(pk=endpoint.pk, failing_since__isnull=False).update(failing_since=None)
    else:
        wait = retry_wait(delivery.tries_made, answer, now)
        delivery.state, delivery.next_at = (State.WAITING, now + wait) if wait else (State.FAILED, None)
        failure_record(endpoint=endpoint, status=answer.status, now=now)
    delivery.save(update_fields=["tries_made", "state", "next_at"])


def retry_wait(tries_made: int, answer: HttpAnswer, now: datetime) -> timedelta | None:
    """Return how long to wait after so many tries, at least as long as the receiver asks; None after the last."""
    if tries_made > len(WAITS):
        return None
    wait = WAITS[tries_made - 1] * random.uniform(0.8, 1.2)  # noqa: S311 (spreads load, guards nothing)
    asked = retry_after_parse(answer.headers.get("retry-after", ""), now=now)
    return max(wait, asked) if asked else wait


def failure_record(*, endpoint: WebhookEndpoint, status: int | None, now: datetime) -> None:
    """Note that the endpoint fails; disable it if it has failed for long, or wants no more events."""
    WebhookEndpoint.objects.filter(pk=endpoint.pk, failing_since=None).update(failing_since=now)
    enabled = WebhookEndpoint.objects.filter(pk=endpoint.pk, is_enabled=True)
    if status == GONE:
        disabled = enabled.update(is_enabled=False, disabled_reason=IS_GONE)
    else:
        too_long = enabled.filter(failing_since__lte=now - DISABLED_AFTER)
        disabled = too_long.update(is_enabled=False, disabled_reason=FAILED_FOR_DAYS)
    if disabled:
        subscriptions.forget()


def excerpt_of(body: bytes, endpoint: WebhookEndpoint) -> str:
    """Return the beginning of an answer as printable text; a secret that the receiver returned is masked."""
    text = UNWRITABLE.sub("\ufffd", body[: 4 * EXCERPT_LENGTH].decode(errors="replace")).translate(UNPRINTABLE)
    for secret in filter(None, (endpoint.secret, endpoint.previous_secret)):
        text = text.replace(secret, "•••").replace(secret.removeprefix("whsec_"), "•••")
    return " ".join(text.split())[:EXCERPT_LENGTH]


def delivery_repeat(*, delivery: WebhookDelivery) -> None:
    """Send the event again now, with the same id, and with all tries ahead of it."""
    if not delivery.endpoint.is_enabled:
        raise ApplicationError("error-webhook-disabled", "Enable the webhook first.")
    rows = WebhookDelivery.objects.filter(pk=delivery.pk)
    rows.update(state=State.WAITING, tries_made=0, next_at=timezone.now())


def failed_repeat(*, endpoint: WebhookEndpoint) -> int:
    """Send all failed events of the endpoint again; returns how many."""
    failed = WebhookDelivery.objects.filter(endpoint=endpoint, state=State.FAILED)
    return failed.update(state=State.WAITING, tries_made=0, next_at=timezone.now())
