"""Claims deliveries that are due, and stores their outcomes."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop

from push.http.requests import HttpAnswer
from push.models import WebhookDelivery, WebhookEndpoint, WebhookSettings, WebhookTry
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
GONE = 410
EXCERPT_LENGTH = 300
UNPRINTABLE = dict.fromkeys([*range(32), 127], " ")

FAILED_FOR_DAYS = gettext_noop("No delivery succeeded for as many days as the settings allow.")
IS_GONE = gettext_noop("The receiver answered 410: it wants no more events.")


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer to a request for a delivery, or the error that prevented it."""

    endpoint: WebhookEndpoint
    delivery: WebhookDelivery
    answer: HttpAnswer
    started_at: datetime
    ended_at: datetime

    @property
    def is_success(self) -> bool:
        return self.answer.status is not None and 200 <= self.answer.status < 300


def endpoints_due(now: datetime) -> QuerySet[WebhookEndpoint]:
    """Return the enabled endpoints with deliveries that are due."""
    due = WebhookDelivery.objects.filter(endpoint=OuterRef("pk"), next_at__lte=now)
    return WebhookEndpoint.objects.filter(Exists(due), is_enabled=True)


def deliveries_waiting(now: datetime) -> bool:
    """Return True if a delivery of an enabled endpoint is due."""
    return endpoints_due(now).exists()


@transaction.atomic
def deliveries_claim(room: Mapping[int, int]) -> list[WebhookDelivery]:
    """Return deliveries that are due, and reserve them for this worker for :data:`LEASE`.

    `room` is how many at most, by the key of the endpoint.
    """
    now = timezone.now()
    claimed: list[WebhookDelivery] = []
    for endpoint, most in room.items():
        due = WebhookDelivery.objects.filter(endpoint=endpoint, next_at__lte=now).order_by("next_at")
        claimed += due.select_for_update(skip_locked=True)[:most]
    if claimed:
        WebhookDelivery.objects.filter(pk__in=[one.pk for one in claimed]).update(next_at=now + LEASE)
    return claimed


@transaction.atomic
def outcomes_record(outcomes: Sequence[Outcome]) -> None:
    """Store the outcomes of tries, together: delivered by any 2xx, else tried again after a wait, or given up."""
    rows = WebhookDelivery.objects.filter(pk__in=[one.delivery.pk for one in outcomes]).order_by("pk")
    stored = {row.pk: row for row in rows.select_for_update().only("pk", "state", "tries_made")}
    # The others were deleted meanwhile, with their endpoints.
    recorded = [one for one in outcomes if one.delivery.pk in stored]
    WebhookTry.objects.bulk_create([try_of(one) for one in recorded])
    # Others are no longer waiting: another worker has sent them too, because this one took too long.
    waiting = [one for one in recorded if stored[one.delivery.pk].state == State.WAITING]
    delivered = [one.delivery.pk for one in waiting if one.is_success]
    if delivered:
        changes = {"state": State.DELIVERED, "next_at": None, "tries_made": F("tries_made") + 1}
        WebhookDelivery.objects.filter(pk__in=delivered).update(**changes)
    failed = list(failures(waiting, stored))
    if failed:
        WebhookDelivery.objects.bulk_update(failed, ["tries_made", "state", "next_at"])
    endpoints_record(waiting)


def try_of(outcome: Outcome) -> WebhookTry:
    """Return the row of a try."""
    return WebhookTry(
        delivery=outcome.delivery,
        started_at=outcome.started_at,
        seconds=round((outcome.ended_at - outcome.started_at).total_seconds(), 3),
        status=outcome.answer.status,
        error=outcome.answer.error[:255],
        excerpt=excerpt_of(outcome.answer.body, outcome.endpoint),
    )


def failures(outcomes: Collection[Outcome], stored: Mapping[int, WebhookDelivery]) -> Iterator[WebhookDelivery]:
    """Yield the deliveries that failed, with the time of their next try."""
    now = timezone.now()
    for one in outcomes:
        if not one.is_success:
            delivery = stored[one.delivery.pk]
            delivery.tries_made += 1
            wait = retry_wait(delivery.tries_made, one.answer, now)
            delivery.state, delivery.next_at = (State.WAITING, now + wait) if wait else (State.FAILED, None)
            yield delivery


def endpoints_record(outcomes: Collection[Outcome]) -> None:
    """Note which endpoints fail. One of which some deliveries succeeded does not."""
    succeeded = {one.endpoint.pk for one in outcomes if one.is_success}
    if succeeded:
        WebhookEndpoint.objects.filter(pk__in=succeeded, failing_since__isnull=False).update(failing_since=None)
    gone = {one.endpoint.pk for one in outcomes if one.answer.status == GONE}
    for endpoint in sorted({one.endpoint.pk for one in outcomes} - (succeeded - gone)):
        failure_record(endpoint=endpoint, is_gone=endpoint in gone, now=timezone.now())


def retry_wait(tries_made: int, answer: HttpAnswer, now: datetime) -> timedelta | None:
    """Return how long to wait after so many tries, at least as long as the receiver asks; None after the last."""
    if tries_made > len(WAITS):
        return None
    wait = WAITS[tries_made - 1] * random.uniform(0.8, 1.2)  # noqa: S311 (spreads load, guards nothing)
    asked = retry_after_parse(answer.headers.get("retry-after", ""), now=now)
    return max(wait, asked) if asked else wait


def failure_record(*, endpoint: int, is_gone: bool, now: datetime) -> None:
    """Note that the endpoint (given by key) fails; disable it if it has failed for long, or wants no more events."""
    WebhookEndpoint.objects.filter(pk=endpoint, failing_since=None).update(failing_since=now)
    enabled = WebhookEndpoint.objects.filter(pk=endpoint, is_enabled=True)
    if is_gone:
        disabled = enabled.update(is_enabled=False, disabled_reason=IS_GONE)
    else:
        days = WebhookSettings.current().disable_after_days
        too_long = enabled.filter(failing_since__lte=now - timedelta(days=days)) if days else enabled.none()
        disabled = too_long.update(is_enabled=False, disabled_reason=FAILED_FOR_DAYS)
    if disabled:
        subscriptions.forget()


def excerpt_of(body: bytes, endpoint: WebhookEndpoint) -> str:
    """Return the beginning of an answer as printable text; a secret that the receiver returned is masked."""
    if not body:
        return ""
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
