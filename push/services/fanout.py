"""Decides who is notified of a message: first the users found by indexes, then the room in parts, whatever its size.

Each part is a separate transaction: it queues the members' notifications, adds the members to the counts, and saves the
position. If a worker dies, another one continues from the saved position.
"""

from __future__ import annotations

import logging
import math
import time
from collections import Counter
from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from push.models import Channel, Decision, EndReason, Event
from push.monitoring.counting import decisions_count
from push.monitoring.tracing import bound_ids
from push.rules.candidates import candidates_of
from push.rules.decision_facts import decision_counts, decision_facts, decision_facts_add
from push.rules.delays import never_queued
from push.rules.facts import MessageFacts, facts_of, facts_stored
from push.rules.members import members_of
from push.services.bulk import compilation_off
from push.services.changes import COUNTED, calls_counted, change_follow
from push.services.desktop import message_show
from push.services.failed_decisions import change_postpone, decision_postpone
from push.services.notifying import Counts, few_notify, part_notify, readings_of
from push.stopping import stop_request
from push.waking import alarm, wake
from workspace.logs.context import bound_contextvars
from workspace.logs.events import LogEvent
from workspace.models import Subscription
from workspace.services.reading import unread_count_add
from workspace.tracing.contexts import context_parse
from workspace.tracing.spans import Kind, span

MESSAGE_DECIDED = LogEvent(
    "message.decided",
    "The worker has decided who is notified of a message. In large rooms, counting the others continues.",
    {
        "change": "`posted`, `edited` or `deleted`",
        "counts": "the number of members so far, by channel and reason code",
        "ms": "milliseconds that the decision took",
        "late_ms": "milliseconds from accepting the message to the decision",
    },
)
DECISION_FAILED = LogEvent(
    "decision.failed",
    "A decision failed. It is tried again, and given up after about an hour.",
    {"decision": "the number of the decision", "failures": "how often it had failed before"},
    logging.ERROR,
)

# Members evaluated in one transaction; more would block writers of their rows for too long.
PART = 35_000


def pending_decide(*, until: float = math.inf) -> int:
    """Make the pending decisions, oldest first; return how many, not counting deletions.

    It stops at the time `until` (monotonic clock), after at least one decision.

    Any number of workers may do this at once. A decision that fails is logged and retried later, a limited number of
    times; it does not block others.
    """
    decided = 0
    while (
        not stop_request.is_made
        and (pending_now := pending()).exists()
        and (decision := next_advance(pending_now)) is not None
    ):
        decided += decision.decided_at is not None and decision.event != Event.DELETED
        if time.monotonic() >= until:
            break
    return decided


def remainder_count() -> bool:
    """Count the members who could not be notified, by reason; return True if none are left.

    At least one part is counted; then it stops if decisions are pending.
    """
    while not stop_request.is_made and uncounted().exists() and next_advance(uncounted()) is not None:
        if pending().exists():
            return False
    return True


def pending() -> QuerySet[Decision]:
    """Return the decisions that may be made now: only the oldest of each room.

    Two decisions of a room never run at once, because both would update the unread counters of the same members.
    """
    due = Decision.objects.filter(decided_at=None, retry_at__lte=timezone.now())
    earlier = due.filter(message__room=OuterRef("message__room"), pk__lt=OuterRef("pk"))
    return due.filter(~Exists(earlier)).order_by("retry_at", "pk")


def uncounted() -> QuerySet[Decision]:
    """Return the decisions that have sent all notifications but have not counted all members yet."""
    decided = Decision.objects.filter(decided_at__isnull=False, position__isnull=False)
    return decided.filter(retry_at__lte=timezone.now()).order_by("retry_at", "pk")


@transaction.atomic
def next_advance(decisions: QuerySet[Decision]) -> Decision | None:
    """Advance the first decision that no other worker has locked, and return it; None if there is none."""
    decision = decisions.select_for_update(skip_locked=True, of=("self",)).select_related("message__room").first()
    if decision is None:
        return None
    begun, was_decided = time.perf_counter(), decision.decided_at is not None
    with bound_contextvars(**bound_ids(decision)):
        try:
            with span("decide", parent=context_parse(decision.trace_parent), kind=Kind.CONSUMER), transaction.atomic():
                decision_advance(decision=decision)
        except Exception:
            DECISION_FAILED.exception(decision=decision.pk, failures=decision.failures)
            decision_postpone(decision=decision)
            decision.decided_at = None
        if decision.decided_at is not None and not was_decided:
            decision_log(decision, begun)
    return decision


def decision_log(decision: Decision, begun: float) -> None:
    """Log a decision that was made just now."""
    assert decision.decided_at is not None
    MESSAGE_DECIDED.log(
        change=decision.event,
        counts=decision.counts,
        ms=round((time.perf_counter() - begun) * 1000, 1),
        late_ms=round((decision.decided_at - decision.accepted_at).total_seconds() * 1000),
    )


def decision_advance(*, decision: Decision) -> None:
    """Advance a decision by one step: begin it, or process the next part of its room."""
    if decision.event != Event.POSTED and not change_follow(decision=decision):
        change_postpone(change=decision)
        return
    counted: Counts = {}
    if decision.event == Event.DELETED:
        decision.decided_at = timezone.now()
    elif decision.position is None:
        decision_begin(decision=decision)
    else:
        counted = decision_counts(decision)
        decision_go_on(decision=decision, facts=facts_stored(decision))
    decision.save(update_fields=["counts", "facts", "decided_at", "position"])
    decisions_count(decision_counts(decision), before=counted)


def decision_begin(*, decision: Decision) -> None:
    """Save the facts, and evaluate all members at once, the first part of the room, or the users found by indexes."""
    message, now = decision.message, timezone.now()
    facts = facts_of(message, event=decision.event, accepted_at=decision.accepted_at)
    decision_facts_add(decision, read_at=now, never_queued=never_queued(), message=facts)
    decision.counts = {}
    readings = readings_of(facts)
    if message.deleted_at is not None:
        decision.facts.setdefault(COUNTED, None)
        members = members_of(facts).count()
        decision.counts = {channel: {EndReason.MESSAGE_GONE.value: members} for channel in Channel.values}
        decision.decided_at = now
    elif all(not reading.open and not reading.last.sends for reading in readings.values()):
        decision.counts = {channel: {reading.last.code: facts.members_count} for channel, reading in readings.items()}
        unread_count(decision, facts)
        decision.decided_at = now
    elif (candidates := candidates_of(facts, readings.values())) is None:
        decision_go_on(decision=decision, facts=facts)
    else:
        message_show(facts=facts, reading=readings[Channel.DESKTOP], users=Q(user__in=candidates), now=now)
        notified = few_notify(facts=facts, readings=readings, users=candidates, now=now)
        decision_facts_add(decision, first=sorted(candidates))
        decision.position = 0
        decision.counts = notified.counts
        dispatch_wake(now, is_due=notified.is_due)
        if not counts_everyone(facts):
            unread_count(decision, facts)
            decision.decided_at = timezone.now()


def decision_go_on(*, decision: Decision, facts: MessageFacts) -> None:
    """Process the next part of the room. Parts are ranges of user keys, so members may join or leave meanwhile."""
    compilation_off()
    above, now = decision.position or 0, timezone.now()
    upto = part_end(facts, above)
    stored = decision_facts(decision)
    first = stored.first
    if first is None or counts_everyone(facts):
        unread_count(decision, facts, above, upto)
    readings = readings_of(facts)
    message_show(facts=facts, reading=readings[Channel.DESKTOP], users=part_of(above, upto, first or ()), now=now)
    notified = part_notify(facts=facts, readings=readings, above=above, upto=upto, without=first or (), now=now)
    dispatch_wake(now, is_due=notified.is_due)
    decision.counts = sum_of(decision_counts(decision), notified.counts)
    decision_facts_add(decision, parts=[*(stored.parts or ()), (upto, now)])
    decision.position = upto
    if upto is None and decision.decided_at is None:
        decision.decided_at = timezone.now()


def part_end(facts: MessageFacts, above: int) -> int | None:
    """Return the key of the last member of the part that begins above a key; None for the last part."""
    if not above and facts.members_count <= PART:
        return None
    members = Subscription.objects.filter(room=facts.room_id, user__gt=above).order_by("user")
    keys = members.values_list("user_id", flat=True)
    # The last part may be a quarter larger, to avoid a further part with only a few members.
    is_last = not keys[PART + PART // 4 : PART + PART // 4 + 1].exists()
    return None if is_last else keys[PART - 1 : PART].first()


def part_of(above: int, upto: int | None, without: Collection[int]) -> Q:
    """Return the condition for members with keys in the range `above` < key <= `upto`, except `without`."""
    part = Q(user__gt=above) & ~Q(user__in=without)
    return part if upto is None else part & Q(user__lte=upto)


def counts_everyone(facts: MessageFacts) -> bool:
    """Return True if the message counts as unread for all members, not only for those mentioned by name."""
    return facts.is_direct or facts.calls_all or facts.calls_here


def unread_count(decision: Decision, facts: MessageFacts, above: int = 0, upto: int | None = None) -> None:
    """Count a posted message as unread for the members with keys in the range."""
    if decision.event == Event.POSTED:
        unread_count_add(message=decision.message, targets=calls_counted(facts), above=above, upto=upto)


def dispatch_wake(now: datetime, *, is_due: bool) -> None:
    """Wake the dispatch if an item is due; otherwise wake the clocks, which check when the next item is due.

    A new item may be due before the time that the clocks know. They also check after waking the dispatch.
    """
    if is_due:
        wake("dispatch")
    else:
        alarm(now)


def sum_of(counts: Counts, more: Counts) -> Counts:
    """Return the sum of both counts."""
    return {channel: dict(Counter(counts.get(channel, {})) + Counter(more[channel])) for channel in more}
