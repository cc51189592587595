"""Saves and logs how notifications end, or when they are tried again."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import partial

from django.db import transaction

from push.models import Notification, State
from push.monitoring.counting import outcome_count
from push.selectors.items import Item
from push.sending.attempts import Outcome
from push.sending.queue import items_finish
from push.services.webhooks.events import notifications_ended
from workspace.logs.events import LogEvent

NOTIFICATION_FINISHED = LogEvent(
    "notification.finished",
    "A notification has ended. If it was sent, this is at `DEBUG`, because its attempts say so.",
    {
        "notification": "the number of the notification",
        "message": "the public id of the message",
        "state": "`sent`, `dropped` or `failed`",
        "reason": "the reason code; empty if it was sent",
    },
)


def outcomes_write(outcomes: Iterable[tuple[int, Outcome]], *, token: str, items: Mapping[int, Item]) -> None:
    """Save the outcomes of the items that are still claimed with `token`. `items` are by key, as far as they exist."""
    alike: dict[Outcome, list[int]] = defaultdict(list)
    for key, outcome in outcomes:
        alike[outcome].append(key)
    for outcome, keys in alike.items():
        written = items_finish(
            keys=keys,
            token=token,
            state=outcome.state,
            reason=outcome.reason,
            due_at=outcome.due_at,
            lost=[key for key in keys if key not in items or items[key].is_lost],
        )
        if outcome.due_at is None:
            notifications_ended(keys, state=outcome.state)
            known = [items[key].notification for key in keys if key in items]
            channels = [notification.channel for notification in known[:written]]
            outcome_count(channels, state=outcome.state, reason=outcome.reason)
            transaction.on_commit(partial(notifications_log, known, outcome))


def notifications_log(notifications: Iterable[Notification], outcome: Outcome) -> None:
    """Log how these notifications ended."""
    level = logging.DEBUG if outcome.state == State.SENT else logging.INFO
    if NOTIFICATION_FINISHED.logger.isEnabledFor(level):
        for notification in notifications:
            NOTIFICATION_FINISHED.log_at(
                level,
                notification=notification.pk,
                message=notification.message.public_id,
                state=outcome.state.value,
                reason=str(outcome.reason),
            )
