"""Counts what happens to notifications. Nothing is counted unless metrics are on.

Counts follow the database: what is rolled back is not counted, and an error while counting affects nothing else.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Collection, Iterable, Mapping
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Count, Q

from push.models import Notification
from push.rules.table import RULES_BY_CODE
from workspace.monitoring.metrics.declarations import Counter, Histogram, metrics_on

EMAIL = "email"
# The number of members by channel and reason code.
Counts = Mapping[str, Mapping[str, int]]

DECIDED = Counter(
    "callboard_notifications_decided_total",
    "Decisions about members, by channel, verdict (notify or suppress) and reason code.",
    ("channel", "verdict", "reason"),
)
ENDED = Counter(
    "callboard_notifications_ended_total",
    "Notifications that ended, by channel, outcome (sent, dropped or failed) and reason code.",
    ("channel", "outcome", "reason"),
)
ATTEMPTS = Counter(
    "callboard_attempts_total",
    "Answered attempts to deliver to a device or mail server, by provider, app and outcome.",
    ("provider", "app", "outcome"),
)
RESPONSES = Histogram(
    "callboard_provider_response_seconds",
    "Time from handing a push or e-mail to its sender until the provider's response.",
    ("provider",),
)
FORWARDED = Counter(
    "callboard_gateway_pushes_total",
    "Pushes that this gateway forwarded for workspaces, by protocol, service (apn or gcm), app and outcome.",
    ("protocol", "service", "app", "outcome"),
)
CLAIMS = Counter("callboard_claims_total", "Claims of due notifications by workers.")
CLAIMED = Counter("callboard_claimed_notifications_total", "Notifications in the claims of workers.")
LOST = Counter("callboard_claims_lost_total", "Claims of workers that died, or did not extend them in time.")


def decisions_count(counts: Counts, *, before: Counts) -> None:
    """Count the members by channel and reason code, without those that were counted `before`."""
    if metrics_on():
        new = {channel: Tally(codes) - Tally(before.get(channel, {})) for channel, codes in counts.items()}
        transaction.on_commit(partial(_decisions_add, new), robust=True)


def _decisions_add(counts: Counts) -> None:
    for channel, codes in counts.items():
        for code, number in codes.items():
            notifies = code in RULES_BY_CODE and RULES_BY_CODE[code].sends
            DECIDED.add(channel, "notify" if notifies else "suppress", code, amount=number)


def endings_count(endings: Mapping[tuple[str, str, str], int]) -> None:
    """Count notifications that ended, by channel, state and reason."""
    if metrics_on() and endings:
        transaction.on_commit(partial(_endings_add, dict(endings)), robust=True)


def _endings_add(endings: Mapping[tuple[str, str, str], int]) -> None:
    for (channel, state, reason), number in endings.items():
        ENDED.add(channel, state, reason or "none", amount=number)


def outcome_count(channels: Iterable[str], *, state: str, reason: str) -> None:
    """Count notifications with these channels that ended with the state and reason."""
    endings_count(Tally((str(channel), str(state), str(reason)) for channel in channels))


def ended_rows_count(*conditions: Q, **fields: Any) -> None:
    """Count the notifications that meet the conditions and have just ended, if the caller does not know their channels.

    The conditions must use an index, as with the exact time at which they ended.
    """
    if not metrics_on():
        return
    rows = Notification.objects.filter(*conditions, **fields).order_by().values_list("channel", "state", "reason")
    endings_count({(channel, state, reason): number for channel, state, reason, number in rows.annotate(Count("pk"))})


def attempts_count(attempts: Collection[tuple[str, str, str]]) -> None:
    """Count attempts, each with its provider, app and outcome."""
    if metrics_on() and attempts:
        transaction.on_commit(partial(_attempts_add, Tally(attempts)), robust=True)


def _attempts_add(attempts: Mapping[tuple[str, str, str], int]) -> None:
    for (provider, app, outcome), number in attempts.items():
        ATTEMPTS.add(provider, app, outcome, amount=number)


def forwarded_count(pushes: Iterable[tuple[str, str, str, str]]) -> None:
    """Count pushes that the gateway forwarded, each with its protocol, service, app and outcome."""
    if metrics_on():
        for (protocol, service, app, outcome), number in Tally(pushes).items():
            FORWARDED.add(protocol, service, app, outcome, amount=number)


def claim_count(items: int) -> None:
    """Count a claim of this many notifications."""
    if metrics_on():
        transaction.on_commit(partial(_claim_add, items), robust=True)


def _claim_add(items: int) -> None:
    CLAIMS.add()
    CLAIMED.add(amount=items)


def lost_claims_count(number: int) -> None:
    """Count claims of workers that died."""
    if metrics_on():
        transaction.on_commit(partial(_lost_add, number), robust=True)


def _lost_add(number: int) -> None:
    LOST.add(amount=number)


def responses_count(provider: str, seconds: float, number: int) -> None:
    """Count responses of a provider that arrived together."""
    RESPONSES.observe(seconds, provider, count=number)
