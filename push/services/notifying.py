"""Queues a message's notifications, and counts the members of its room by the reason of each verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db.models import Case, CharField, DateTimeField, F, Q, QuerySet, Value, When

from push.models import Channel, EndReason, Notification, State, is_waiting
from push.monitoring.counting import ended_rows_count, outcome_count
from push.rules.delays import DELAY_NEVER, due_expression, never_queued
from push.rules.facts import MessageFacts
from push.rules.forms import MOST_FORMS, Form, filling_of
from push.rules.members import members_of, members_read
from push.rules.quiet_hours import DUE_FIELDS, hold, quiet_in_use
from push.rules.reading import Reading, table_read
from push.rules.table import RULES_BY_CODE
from push.services.bulk import Kinds, Statement, rows_write_and_count, write_and_count
from workspace.database.expressions import CompiledOnce
from workspace.database.prepared import Statement as PreparedStatement
from workspace.database.prepared import statement_of
from workspace.database.statement_forms import TIMES, Slots, slots_of

QUEUED_CHANNELS = (Channel.PUSH, Channel.EMAIL)

Readings = Mapping[Channel, Reading]
# The number of members by channel and reason code.
Counts = dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True)
class NotifyResult:
    """The result of notifying some members: their counts, and whether a queued item is already due."""

    counts: Counts
    is_due: bool


def readings_of(facts: MessageFacts) -> Readings:
    """Return the part of the table that remains for the message, for each channel."""
    return {channel: table_read(facts, channel) for channel in Channel}


def names_read(readings: Readings) -> set[str]:
    """Return the names of the member values that the rules and the queue need."""
    return {"connection"}.union(*(reading.names for reading in readings.values()))


def few_notify(*, facts: MessageFacts, readings: Readings, users: Collection[int], now: datetime) -> NotifyResult:
    """Queue the notifications of a few members.

    For a few members, reading their values into Python costs less than one statement that reads and writes.
    """
    counts: dict[Channel, Counter[str]] = {channel: Counter() for channel in readings}
    notifications: list[Notification] = []
    for member in few_read(facts, readings, users, now=now, in_use=quiet_in_use()) if users else ():
        for channel, reading in readings.items():
            code = code_kept(channel, reading.code_by(member), member["connection"])
            counts[channel][code] += 1
            if channel in QUEUED_CHANNELS and code in RULES_BY_CODE and RULES_BY_CODE[code].sends:
                notifications.append(notification_of(facts, channel, code, member, now))
    if notifications:
        Notification.objects.bulk_create(notifications, ignore_conflicts=True)
    ended = [notification.channel for notification in notifications if notification.finished_at is not None]
    outcome_count(ended, state=State.DROPPED, reason=EndReason.CLEARED_BY_READ)
    is_due = any(notification.finished_at is None and notification.due_at <= now for notification in notifications)
    return NotifyResult(counts_plain(counts), is_due)


def few_read(
    facts: MessageFacts, readings: Readings, users: Collection[int], *, now: datetime, in_use: bool
) -> Iterable[Mapping[str, Any]]:
    """Return the values of a few members, by the prepared statement if there is one."""
    filling = filling_of(facts, users=users, in_use=in_use, now=now)
    prepared = filling and few_prepared(filling.form)
    if not filling or not prepared:
        return few_rows(facts, readings, users, in_use=in_use)
    statement, slots = prepared
    return statement.run_with(slots.filled(filling.values, filling.times))


def few_rows(
    facts: MessageFacts, readings: Readings, users: Collection[int], *, in_use: bool
) -> QuerySet[Any, dict[str, Any]]:
    """Return the values of a few members."""
    members = members_read(facts, names_read(readings)).filter(user__in=users)
    if in_use:
        members = members.alias(push_verdict=CompiledOnce(readings[Channel.PUSH].code()))
    members, due = due_fields(members, facts, in_use=in_use)
    rows: QuerySet[Any, dict[str, Any]] = members.annotate(**due)
    return rows


@lru_cache(maxsize=MOST_FORMS)
def few_prepared(form: Form) -> tuple[PreparedStatement, Slots] | None:
    """Return the query of :func:`few_rows` for a form; None if settings changed meanwhile."""
    rows = few_rows(form.facts, readings_of(form.facts), form.sample_users, in_use=form.quiet is not None)
    statement = statement_of(rows)
    return (statement, slots_of(statement.values)) if form.is_current else None


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
    is_repeated = are_written(facts, above, upto)
    in_use = quiet_in_use()
    filling = None if without else filling_of(facts, in_use=in_use, now=now, above=above, upto=upto)
    prepared = filling and part_prepared(filling.form, is_repeated=is_repeated)
    if filling and prepared:
        statements = [(text, slots.filled(filling.values, filling.times)) for text, slots in prepared]
    else:
        statements = part_statements(
            facts, readings, Part(above, upto, tuple(without)), now=now, in_use=in_use, is_repeated=is_repeated
        )
    groups = rows_write_and_count(statements)
    ended_rows_count(message=facts.message_id, finished_at=now)
    counts: dict[Channel, Counter[str]] = {channel: Counter() for channel in readings}
    for *group, number in groups:
        for counter, code in zip(counts.values(), group, strict=True):
            counter[code] += number
    is_due = Notification.objects.filter(is_waiting(), message=facts.message_id, due_at__lte=now).exists()
    return NotifyResult(counts_plain(counts), is_due)


@dataclass(frozen=True, slots=True)
class Part:
    """The members with keys in the range `above` < key <= `upto`, except `without`."""

    above: int
    upto: int | None
    without: tuple[int, ...] = ()


def part_statements(
    facts: MessageFacts, readings: Readings, part: Part, *, now: datetime, in_use: bool, is_repeated: bool
) -> list[Statement]:
    """Return the statements that queue the notifications of a part, and count its members by reason."""
    members = within(members_of(facts, names_read(readings)), part.above, part.upto)
    members = members.alias(
        **{f"{channel}_verdict": CompiledOnce(reading.code()) for channel, reading in readings.items()}
    )
    if part.without:
        members = members.exclude(user__in=part.without)
    has_read = Q(last_seen_at__gte=facts.accepted_at)
    codes = {f"{channel}_rule": code_expression(channel, reading) for channel, reading in readings.items()}
    members, due = due_fields(members, facts, in_use=in_use)
    return write_and_count(
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
        is_repeated=is_repeated,
    )


@lru_cache(maxsize=MOST_FORMS)
def part_prepared(form: Form, *, is_repeated: bool) -> list[tuple[str, Slots]] | None:
    """Return the texts of :func:`part_statements` for a form; None if settings changed meanwhile."""
    statements = part_statements(
        form.facts,
        readings_of(form.facts),
        Part(*form.sample_part),
        now=TIMES["now"],
        in_use=form.quiet is not None,
        is_repeated=is_repeated,
    )
    return [(text, slots_of(parameters)) for text, parameters in statements] if form.is_current else None


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
