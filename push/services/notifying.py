"""Queues a message's notifications, and counts the members of its room by the reason of each verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, CharField, DateTimeField, F, Q, QuerySet, Value, When

from push.models import Channel, EndReason, Notification, State, is_waiting
from push.monitoring.counting import ended_rows_count, outcome_count
from push.rules.delays import DELAY_NEVER, due_expression, never_queued
from push.rules.facts import MessageFacts
from push.rules.members import members_of, members_read
from push.rules.quiet_hours import DUE_FIELDS, hold, quiet_in_use
from push.rules.reading import Reading
from push.rules.table import RULES_BY_CODE
from push.services.bulk import Kinds, rows_write_and_count
from workspace.database.expressions import CompiledOnce

QUEUED_CHANNELS = (Channel.PUSH, Channel.EMAIL)

Readings = Mapping[Channel, Reading]
# The number of members by channel and reason code.
Counts = dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True)
class NotifyResult:
    """The result of notifying some members: their counts, and whether a queued item is already due."""

    counts: Counts
    is_due: bool


def names_read(readings: Readings) -> set[str]:
    """Return the names of the member values that the rules and the queue need."""
    return {"connection"}.union(*(reading.names for reading in readings.values()))


def few_notify(*, facts: MessageFacts, readings: Readings, users: Collection[int], now: datetime) -> NotifyResult:
    """Queue the notifications of a few members.

    For a few members, reading their values into Python costs less than one statement that reads and writes.
    """
    counts: dict[Channel, Counter[str]] = {channel: Counter() for channel in readings}
    notifications: list[Notification] = []
    members = members_read(facts, names_read(readings)).filter(user__in=users)
    in_use = quiet_in_use()
    if in_use:
        members = members.alias(push_verdict=CompiledOnce(readings[Channel.PUSH].code()))
    members, due = due_fields(members, facts, in_use=in_use)
    for member in members.annotate(**due):
        for channel, reading in readings.items():
            code = code_kept(channel, reading.code_by(member), member["connection"])
            counts[channel][code] += 1
            if channel in QUEUED_CHANNELS and code in RULES_BY_CODE and RULES_BY_CODE[code].sends:
                notifications.append(notification_of(facts, channel, code, member, now))
    Notification.objects.bulk_create(notifications, ignore_conflicts=True)
    ended = [notification.channel for notification in notifications if notification.finished_at is not None]
    outcome_count(ended, state=State.DROPPED, reason=EndReason.CLEARED_BY_READ)
    is_due = any(notification.finished_at is None and notification.due_at <= now for notification in notifications)
    return NotifyResult(counts_plain(counts), is_due)


def notification_of(
    facts: MessageFacts, channel: Channel, code: str, member: Mapping[str, Any], now: datetime
) -> Notification:
    """Return the notification of one member, equal to the one that :func:`part_notify` would write."""
    has_read = member["last_seen_at"] is not None and member["last_seen_at"] >= facts.accepted_at
    due = {name: member[key] for name in DUE_FIELDS for key in (name, f"{channel}_{name}") if key in member}
    return Notification(
        user_id=member["user"],
        message_id=facts.message_id,
        room_id=facts.room_id,
        channel=channel,
        rule=code,
        state=State.DROPPED if has_read else State.QUEUED,
        reason=EndReason.CLEARED_BY_READ if has_read else "",
        created_at=now,
        finished_at=now if has_read else None,
        **due,
    )


def code_kept(channel: Channel, code: str, connection: str) -> str:
    """Return the reason to count for a member: the deciding rule's code, or `delay_never` if nothing is queued."""
    is_held_back = channel in QUEUED_CHANNELS and RULES_BY_CODE[code].sends and connection in never_queued()
    return DELAY_NEVER if is_held_back else code


def part_notify(
    *,
    facts: MessageFacts,
    readings: Readings,
    above: int,
    upto: int | None,
    without: Collection[int],
    now: datetime,
) -> NotifyResult:
    """Queue the notifications of the members with keys in the range `above` < key <= `upto`.

    One statement does it, whatever their number. Notifications of members who have read the room since the message was
    accepted are saved as finished.
    """
    members = within(members_of(facts, names_read(readings)), above, upto)
    members = members.alias(
        **{f"{channel}_verdict": CompiledOnce(reading.code()) for channel, reading in readings.items()}
    )
    if without:
        members = members.exclude(user__in=without)
    has_read = Q(last_seen_at__gte=facts.accepted_at)
    codes = {f"{channel}_rule": code_expression(channel, reading) for channel, reading in readings.items()}
    members, due = due_fields(members, facts, in_use=quiet_in_use())
    groups = rows_write_and_count(
        members.annotate(
            state=text_case(has_read, State.DROPPED, State.QUEUED),
            reason=text_case(has_read, EndReason.CLEARED_BY_READ, ""),
            finished_at=Case(When(has_read, then=Value(now)), default=None, output_field=DateTimeField()),
            **due,
            **codes,
        ).values_list("user_id", "state", "reason", "finished_at", *due, *codes),
        model=Notification,
        constants={"message": facts.message_id, "room": facts.room_id, "created_at": now},
        kinds=Kinds(
            column="channel",
            value_column="rule",
            asked={channel.value: readings[channel].sending_codes for channel in QUEUED_CHANNELS},
        ),
        count_by=[*codes],
        is_repeated=are_written(facts, above, upto),
    )
    ended_rows_count(message=facts.message_id, finished_at=now)
    counts: dict[Channel, Counter[str]] = {channel: Counter() for channel in readings}
    for *group, number in groups:
        for counter, code in zip(counts.values(), group, strict=True):
            counter[code] += number
    is_due = Notification.objects.filter(is_waiting(), message=facts.message_id, due_at__lte=now).exists()
    return NotifyResult(counts_plain(counts), is_due)


def counts_plain(counts: Mapping[Channel, Counter[str]]) -> Counts:
    """Return the counts in the form that is stored with a decision."""
    return {channel.value: dict(counter) for channel, counter in counts.items()}


def due_fields(
    members: QuerySet[Any, Any], facts: MessageFacts, *, in_use: bool
) -> tuple[QuerySet[Any, Any], dict[str, Any]]:
    """Return the members, and the expressions for when notifications are due and held, by field name.

    If quiet hours are in use, the expressions differ by channel and have names such as `push_due_at`.
    """
    due = CompiledOnce(due_expression(facts.accepted_at))
    if not in_use:
        return members, {"due_at": due}
    held = hold(members, due=due, rule=f"{Channel.PUSH}_verdict")
    of_push = {f"{Channel.PUSH}_{name}": expression for name, expression in held.fields.items()}
    return held.rows, {**of_push, f"{Channel.EMAIL}_due_at": due}


def within(rows: QuerySet[Any], above: int, upto: int | None) -> QuerySet[Any]:
    """Return the rows of users with keys in the range `above` < key <= `upto`."""
    rows = rows.filter(user__gt=above)
    return rows if upto is None else rows.filter(user__lte=upto)


def are_written(facts: MessageFacts, above: int, upto: int | None) -> bool:
    """Return True if any of these members already has a notification of the message."""
    return within(Notification.objects.filter(message=facts.message_id), above, upto).exists()


def code_expression(channel: Channel, reading: Reading) -> Case | F:
    """Return :func:`code_kept` as an expression over members that have the rule's code as `…_verdict`."""
    verdict, never = f"{channel}_verdict", never_queued()
    if not never or channel not in QUEUED_CHANNELS:
        return F(verdict)
    held_back = Q(**{"connection__in": never, f"{verdict}__in": reading.sending_codes})
    return Case(When(held_back, then=Value(DELAY_NEVER)), default=F(verdict), output_field=CharField())


def text_case(condition: Q, then: str, otherwise: str) -> Case:
    """Return an expression for one of two texts, depending on the condition."""
    return Case(When(condition, then=Value(then)), default=Value(otherwise), output_field=CharField())
