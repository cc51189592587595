"""Prunes rows that are older than the retention time of their kind (workspace/models/retention.py), in batches.

Each batch is a short transaction and skips rows that another worker is pruning. The transaction that deletes
notifications adds their outcomes to the daily counts, which are retained.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime

from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.db import models, transaction
from django.db.models import F

from cloud.models import AccessToken, RegistrationRequest
from push.models import (
    Attempt,
    Decision,
    Device,
    GatewayPush,
    Notification,
    OutcomeCount,
    SandboxPush,
    ShownMessage,
    ShownRoom,
    WebhookDelivery,
    WebhookEndpoint,
)
from push.services.desktop import events_prune
from push.services.rollups import hours_freeze, rollups_prune
from workspace.models import FormerPresence, FormerRow, KeptMail, KnownAddress, Report, RetentionSettings, TextView
from workspace.services.live import prune_live_events
from workspace.services.privacy.exports import expired_exports_prune
from workspace.services.sign_in import expired_sign_ins, sign_out
from workspace.services.sign_ins.clients import ended_clients

BATCH = 500
# Each of these needs a separate transaction.
SIGN_INS_BATCH = 20
# A run ends after this many seconds, so that it does not delay the worker's other tasks.
RUN_SECONDS = 0.5

Outcome = tuple[date, str, str, str]


def expired_prune(*, seconds: float = RUN_SECONDS) -> bool:
    """Prune batches until the time is up or nothing is left; return False if there is more to prune."""
    end = time.monotonic() + seconds
    for kind, pruners in PRUNERS.items():
        before = RetentionSettings.begin(kind)
        for prune in pruners:
            while prune(before):
                if time.monotonic() > end:
                    return False
    return True


@transaction.atomic
def notifications_prune(before: datetime) -> int:
    """Delete a batch of notifications that ended before the given time, and their attempts; return how many."""
    ended = Notification.objects.filter(finished_at__lt=before).order_by("finished_at")
    rows = ended.select_for_update(skip_locked=True).values_list("pk", "finished_at", "channel", "state", "reason")
    outcomes = list(rows[:BATCH])
    days = [(at.astimezone(UTC).date(), channel, state, reason) for _key, at, channel, state, reason in outcomes if at]
    outcomes_add(Counter(days))
    if times := [at for _key, at, *_rest in outcomes if at]:
        hours_freeze(until=max(times))
    keys = [key for key, *_rest in outcomes]
    Attempt.objects.filter(notification__in=keys).delete()
    Notification.objects.filter(pk__in=keys).delete()
    return len(outcomes)


def outcomes_add(counts: Counter[Outcome]) -> None:
    """Add to the daily counts. All workers use the same order, to prevent deadlocks."""
    for (day, channel, state, reason), count in sorted(counts.items()):
        row, _made = OutcomeCount.objects.get_or_create(day=day, channel=channel, state=state, reason=reason)
        OutcomeCount.objects.filter(pk=row.pk).update(count=F("count") + count)


def pruner_by_moment(model: type[models.Model], moment: str) -> Callable[[datetime], int]:
    """Return a function that prunes rows by an indexed time column."""

    def prune(before: datetime) -> int:
        return rows_prune(model._default_manager.filter(**{f"{moment}__lt": before}).order_by(moment))

    return prune


def pruner_by_key(model: type[models.Model], moment: str) -> Callable[[datetime], int]:
    """Return a function that prunes rows by a time column without an index, which follows the order of the keys.

    It therefore reads only the oldest rows.
    """

    def prune(before: datetime) -> int:
        dated = model._default_manager.filter(**{f"{moment}__isnull": False})
        oldest = list(dated.order_by("pk").values_list("pk", flat=True)[:BATCH])
        return rows_prune(model._default_manager.filter(pk__in=oldest, **{f"{moment}__lt": before}).order_by("pk"))

    return prune


@transaction.atomic
def rows_prune(rows: models.QuerySet[models.Model]) -> int:
    """Delete the first of the rows and return how many."""
    keys = list(rows.select_for_update(skip_locked=True).values_list("pk", flat=True)[:BATCH])
    rows.model._default_manager.filter(pk__in=keys).delete()
    return len(keys)


def devices_prune(before: datetime) -> int:
    """Delete a batch of devices that were disabled before the given time and not registered again; return how many."""
    return rows_prune(Device.objects.filter(disabled_at__lt=before).order_by("disabled_at"))


def failed_decisions_prune(before: datetime) -> int:
    """Delete a batch of decisions that were given up, on messages older than the given time; return how many."""
    return rows_prune(Decision.objects.filter(decided_at=None, retry_at=None, accepted_at__lt=before).order_by("pk"))


def removed_webhooks_prune(_before: datetime) -> int:
    """Delete a batch of deliveries of a webhook that was removed; return how many."""
    key = removed_webhook()
    # In the order of an index.
    return rows_prune(WebhookDelivery.objects.filter(endpoint=key).order_by("event_id")) if key else 0


def removed_webhook() -> int | None:
    """Return the key of a removed webhook with remaining deliveries; for each webhook, a row of an index is read."""
    rows = WebhookDelivery.objects.order_by("endpoint_id").values_list("endpoint_id", flat=True)
    key = rows.first()
    while key and WebhookEndpoint.objects.filter(pk=key).exists():
        key = rows.filter(endpoint_id__gt=key).first()
    return key


def sign_ins_prune(_before: datetime) -> int:
    """Delete a batch of expired sessions of apps, and the devices registered in them; return how many sessions."""
    ended = list(expired_sign_ins().order_by("expiry")[:SIGN_INS_BATCH])
    for auth_token in ended:
        sign_out(auth_token=auth_token)
    return len(ended)


# By kind, as in the retention settings. Rows with an expiry of their own go when it has passed.
PRUNERS: dict[str, tuple[Callable[[datetime], int], ...]] = {
    "notification": (
        notifications_prune,
        pruner_by_key(Decision, "decided_at"),
        failed_decisions_prune,
        pruner_by_moment(ShownRoom, "shown_at"),
        pruner_by_moment(ShownMessage, "changed_at"),
        pruner_by_moment(FormerRow, "at"),
        pruner_by_moment(FormerPresence, "at"),
        events_prune,
        lambda _before: prune_live_events(),
    ),
    "webhook": (removed_webhooks_prune, pruner_by_moment(WebhookDelivery, "created_at")),
    "mail": (pruner_by_moment(KeptMail, "kept_at"),),
    "traffic": (pruner_by_key(SandboxPush, "received_at"), pruner_by_moment(GatewayPush, "taken_at")),
    "statistics": (rollups_prune,),
    "device": (devices_prune,),
    "sign_in": (pruner_by_moment(KnownAddress, "seen_at"), pruner_by_moment(AccessAttempt, "attempt_time")),
    "report": (pruner_by_moment(Report, "dismissed_at"),),
    "access": (pruner_by_key(TextView, "viewed_at"),),
    "other": (
        sign_ins_prune,
        pruner_by_moment(Session, "expire_date"),
        lambda _before: rows_prune(ended_clients()),
        pruner_by_moment(AccessToken, "ends_at"),
        pruner_by_moment(RegistrationRequest, "created_at"),
        lambda _before: expired_exports_prune(),
    ),
}
