"""Deciding upon messages: for all members of a room at once, by a few statements whatever the room's size."""

from __future__ import annotations

import logging
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Case, CharField, Count, DateTimeField, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.utils import timezone

from push.models import Channel, Decision, EndReason, Event, Notification, State
from push.rules.candidates import NOT_CALLED, candidates_of
from push.rules.facts import MessageFacts, facts_of
from push.rules.members import members_of
from push.rules.reading import Reading, table_read
from push.rules.table import RULES_BY_CODE
from push.services.bulk import compilation_off, insert_select
from push.services.due import DELAY_NEVER, due_expression, never_queued
from push.tasks import wake
from workspace.models import Subscription
from workspace.services.reading import unread_count_add

log = logging.getLogger(__name__)

QUEUED_CHANNELS = (Channel.PUSH, Channel.EMAIL)
RETRY_LIMIT = timedelta(minutes=5)

Counts = dict[str, dict[str, int]]


def pending_decide() -> int:
    """Decide upon every message that waits for it, oldest first; returns how many were decided.

    Any number of workers may do this at once. A decision that fails is logged and tried again later, and holds up
    no other.
    """
    decided = 0
    while pending().exists() and (outcome := next_decide()) is not None:
        decided += outcome
    return decided


def pending() -> QuerySet[Decision]:
    """Return the decisions that may be taken now: of each room only the oldest one.

    Two of one room are never taken at once, because they would count the same members' unread messages.
    """
    due = Decision.objects.filter(decided_at=None, retry_at__lte=timezone.now())
    earlier = due.filter(message__room=OuterRef("message__room"), pk__lt=OuterRef("pk"))
    return due.filter(~Exists(earlier)).order_by("retry_at", "pk")


@transaction.atomic
def next_decide() -> bool | None:
    """Take the oldest pending decision that no other worker holds; returns whether it succeeded, None without one."""
    decision = pending().select_for_update(skip_locked=True, of=("self",)).select_related("message__room").first()
    if decision is None:
        return None
    try:
        with transaction.atomic():
            compilation_off()
            decision_take(decision=decision)
    except Exception:
        log.exception("Decision %s failed; it will be tried again.", decision.pk)
        decision_postpone(decision=decision)
        return False
    return True


def decision_postpone(*, decision: Decision) -> None:
    """Let a decision that failed be tried again after 2, 4, 8 ... seconds, at most five minutes."""
    delay = min(timedelta(seconds=2 ** min(decision.failures + 1, 10)), RETRY_LIMIT)
    Decision.objects.filter(pk=decision.pk).update(failures=F("failures") + 1, retry_at=timezone.now() + delay)


def decision_take(*, decision: Decision) -> None:
    """Decide upon a message for every member and channel, queue what is to be sent, and keep the counts."""
    message, read_at, never = decision.message, timezone.now(), never_queued()
    facts = facts_of(message, event=decision.event, accepted_at=decision.accepted_at)
    if message.deleted_at is not None:
        members = members_of(facts).count()
        decision.counts = {channel: {EndReason.MESSAGE_GONE.value: members} for channel in Channel.values}
    else:
        if decision.event == Event.POSTED:
            unread_count_add(message=message)
        decision.counts = members_notify(facts=facts)
    decision.decided_at = timezone.now()
    decision.facts = {"read_at": read_at.isoformat(), "never_queued": never, "message": facts.as_json()}
    decision.save(update_fields=["counts", "facts", "decided_at"])


def members_notify(*, facts: MessageFacts) -> Counts:
    """Queue the notifications of a message; returns the number of members by channel and reason code."""
    now = timezone.now()
    readings = {channel: table_read(facts, channel) for channel in Channel}
    members = members_of(facts, {"connection"}.union(*(reading.names for reading in readings.values())))
    candidates = candidates_of(facts, readings.values())
    if candidates is None:
        counts = members_count(facts, readings, members)
        for channel in QUEUED_CHANNELS:
            if any(RULES_BY_CODE[code].sends for code in counts[channel] if code in RULES_BY_CODE):
                notifications_insert(facts=facts, channel=channel, reading=readings[channel], members=members, now=now)
    else:
        counts = few_notify(facts=facts, readings=readings, members=members.filter(user__in=candidates), now=now)
    if Notification.objects.filter(message=facts.message_id, state=State.QUEUED, due_at__lte=now).exists():
        wake("dispatch")
    return counts


def few_notify(
    *, facts: MessageFacts, readings: dict[Channel, Reading], members: QuerySet[Subscription], now: datetime
) -> Counts:
    """Queue the notifications of the few whom the message can reach; returns the counts of the whole room.

    For so few, reading them once and writing what they get costs less than a statement that does both.
    """
    codes = {f"{channel}_code": reading.code() for channel, reading in readings.items()}
    found = members.annotate(**codes, then=F("connection"), due=due_expression(facts.accepted_at))
    counts: dict[Channel, Counter[str]] = {channel: Counter() for channel in readings}
    notifications: list[Notification] = []
    for member in found.values("user", "last_seen_at", "then", "due", *codes):
        for channel, counter in counts.items():
            code = code_counted(channel, member[f"{channel}_code"], member["then"])
            counter[code] += 1
            if channel in QUEUED_CHANNELS and code in RULES_BY_CODE and RULES_BY_CODE[code].sends:
                notifications.append(notification_of(facts, channel, code, member, now))
    Notification.objects.bulk_create(notifications, ignore_conflicts=True)
    for counter in counts.values():
        if (others := facts.members_count - counter.total()) > 0:
            counter[NOT_CALLED] = others
    return {channel.value: dict(counter) for channel, counter in counts.items()}


def notification_of(
    facts: MessageFacts, channel: Channel, code: str, member: dict[str, Any], now: datetime
) -> Notification:
    """Return one member's notification, as :func:`notifications_insert` writes it."""
    has_read = member["last_seen_at"] is not None and member["last_seen_at"] >= facts.accepted_at
    return Notification(
        user_id=member["user"],
        message_id=facts.message_id,
        room_id=facts.room_id,
        channel=channel,
        rule=code,
        state=State.DROPPED if has_read else State.QUEUED,
        reason=EndReason.CLEARED_BY_READ if has_read else "",
        created_at=now,
        due_at=member["due"],
        finished_at=now if has_read else None,
    )


def code_counted(channel: Channel, code: str, connection: str) -> str:
    """Return what a member is counted under: the code of the rule that decided, or that nothing is queued for them."""
    is_held_back = channel in QUEUED_CHANNELS and RULES_BY_CODE[code].sends and connection in never_queued()
    return DELAY_NEVER if is_held_back else code


def members_count(facts: MessageFacts, readings: dict[Channel, Reading], members: QuerySet[Subscription]) -> Counts:
    """Return the number of members by channel and reason code, reading the room once."""
    if not any(reading.open for reading in readings.values()):
        return {channel.value: {reading.last.code: facts.members_count} for channel, reading in readings.items()}
    codes = {f"{channel}_code": reading.code() for channel, reading in readings.items()}
    groups = members.annotate(**codes, then=F("connection")).values(*codes, "then")
    counts: dict[Channel, Counter[str]] = {channel: Counter() for channel in readings}
    for group in groups.annotate(number=Count("pk")):
        for channel, counter in counts.items():
            counter[code_counted(channel, group[f"{channel}_code"], group["then"])] += group["number"]
    return {channel.value: dict(counter) for channel, counter in counts.items()}


def notifications_insert(
    *, facts: MessageFacts, channel: Channel, reading: Reading, members: QuerySet[Subscription], now: datetime
) -> int:
    """Write the notifications of one channel in one statement; returns how many are new.

    Those of members who have read the room since the message was accepted are written as finished.
    """
    notified = members.alias(code=reading.code()).filter(
        ~Q(connection__in=never_queued()), code__in=reading.sending_codes
    )
    has_read = Q(last_seen_at__gte=facts.accepted_at)
    return insert_select(
        Notification,
        notified,
        {
            "user": F("user"),
            "message": Value(facts.message_id),
            "room": Value(facts.room_id),
            "channel": Value(channel.value),
            "rule": F("code"),
            "state": text_case(has_read, State.DROPPED, State.QUEUED),
            "reason": text_case(has_read, EndReason.CLEARED_BY_READ, ""),
            "created_at": Value(now, output_field=DateTimeField()),
            "due_at": due_expression(facts.accepted_at),
            "finished_at": Case(When(has_read, then=Value(now)), default=None, output_field=DateTimeField()),
        },
    )


def text_case(condition: Q, then: str, otherwise: str) -> Case:
    """Return an expression for one text or another."""
    return Case(When(condition, then=Value(then)), default=Value(otherwise), output_field=CharField())
