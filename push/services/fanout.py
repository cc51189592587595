"""Deciding upon messages: those who can be reached first, then the room part by part, however large it is.

Each part is a transaction of its own: it queues what its members get, adds them to the counts, and moves the decision
on. A worker that dies leaves the decision where it stands, and another takes it from there.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from push.models import Channel, Decision, EndReason, Event
from push.rules.candidates import candidates_of
from push.rules.decision_facts import decision_counts, decision_facts, decision_facts_add
from push.rules.delays import never_queued
from push.rules.facts import MessageFacts, facts_of, facts_stored
from push.rules.members import members_of
from push.rules.reading import table_read
from push.services.bulk import compilation_off
from push.services.changes import COUNTED, calls_counted, change_follow
from push.services.desktop import message_show
from push.services.notifying import Counts, Readings, few_notify, part_notify
from push.stopping import stop_request
from push.waking import alarm, wake
from workspace.models import Subscription
from workspace.services.reading import unread_count_add

log = logging.getLogger(__name__)

# So many members are decided upon in one transaction; more would hold up the writers of their rows for too long.
PART = 35_000
RETRY_LIMIT = timedelta(minutes=5)


def pending_decide() -> int:
    """Decide every waiting message, oldest first; returns how many, not counting deletions.

    Any number of workers may do this at once. A decision that fails is logged and tried again later, and holds up
    no other.
    """
    decided = 0
    while (
        not stop_request.is_made
        and (pending_now := pending()).exists()
        and (decision := next_advance(pending_now)) is not None
    ):
        decided += decision.decided_at is not None and decision.event != Event.DELETED
    return decided


def remainder_count() -> bool:
    """Read the members whom no rule could reach, to count them by reason; returns whether none are left.

    At least one part is read, and no more while messages wait to be decided upon.
    """
    while not stop_request.is_made and uncounted().exists() and next_advance(uncounted()) is not None:
        if pending().exists():
            return False
    return True


def pending() -> QuerySet[Decision]:
    """Return the decisions that may be taken now: of each room only the oldest one.

    Two of one room are never taken at once, because they would count the same members' unread messages.
    """
    due = Decision.objects.filter(decided_at=None, retry_at__lte=timezone.now())
    earlier = due.filter(message__room=OuterRef("message__room"), pk__lt=OuterRef("pk"))
    return due.filter(~Exists(earlier)).order_by("retry_at", "pk")


def uncounted() -> QuerySet[Decision]:
    """Return the decisions by which everybody is notified, but not everybody counted yet."""
    decided = Decision.objects.filter(decided_at__isnull=False, position__isnull=False)
    return decided.filter(retry_at__lte=timezone.now()).order_by("retry_at", "pk")


@transaction.atomic
def next_advance(decisions: QuerySet[Decision]) -> Decision | None:
    """Take the first of the decisions that no other worker holds one step further; returns it, None without one."""
    decision = decisions.select_for_update(skip_locked=True, of=("self",)).select_related("message__room").first()
    if decision is None:
        return None
    try:
        with transaction.atomic():
            decision_advance(decision=decision)
    except Exception:
        log.exception("Decision %s failed; it will be tried again.", decision.pk)
        decision_postpone(decision=decision)
        decision.decided_at = None
    return decision


def decision_postpone(*, decision: Decision) -> None:
    """Let a decision that failed be tried again after 2, 4, 8 ... seconds, at most five minutes."""
    delay = min(timedelta(seconds=2 ** min(decision.failures + 1, 10)), RETRY_LIMIT)
    Decision.objects.filter(pk=decision.pk).update(failures=F("failures") + 1, retry_at=timezone.now() + delay)


def decision_advance(*, decision: Decision) -> None:
    """Take a decision one step further: begin it, or read the next part of its room."""
    if decision.event != Event.POSTED and not change_follow(decision=decision):
        decision_postpone(decision=decision)
        return
    if decision.event == Event.DELETED:
        decision.decided_at = timezone.now()
    elif decision.position is None:
        decision_begin(decision=decision)
    else:
        decision_go_on(decision=decision, facts=facts_stored(decision))
    decision.save(update_fields=["counts", "facts", "decided_at", "position"])


def decision_begin(*, decision: Decision) -> None:
    """Note what is decided by, and decide: for everybody at once, the first part, or those whom indexes name."""
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
    """Decide for the next part of the room: by ranges of the members' keys, whoever comes or goes meanwhile."""
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
    """Return the key of the last member of the part that begins above a key; None for the room's last part."""
    if not above and facts.members_count <= PART:
        return None
    members = Subscription.objects.filter(room=facts.room_id, user__gt=above).order_by("user")
    keys = members.values_list("user_id", flat=True)
    # The last part may be larger by a quarter, rather than leave a few members to one of their own.
    is_last = not keys[PART + PART // 4 : PART + PART // 4 + 1].exists()
    return None if is_last else keys[PART - 1 : PART].first()


def part_of(above: int, upto: int | None, without: Collection[int]) -> Q:
    """Return the condition of those members whose keys lie above the one and not above the other, but for some."""
    part = Q(user__gt=above) & ~Q(user__in=without)
    return part if upto is None else part & Q(user__lte=upto)


def readings_of(facts: MessageFacts) -> Readings:
    """Return the table as far as the message leaves it open, for each channel."""
    return {channel: table_read(facts, channel) for channel in Channel}


def counts_everyone(facts: MessageFacts) -> bool:
    """Return whether the message counts as unread for all members, not only for those whom it names."""
    return facts.is_direct or facts.calls_all or facts.calls_here


def unread_count(decision: Decision, facts: MessageFacts, above: int = 0, upto: int | None = None) -> None:
    """Count a posted message as unread, for the members whose keys lie in the range."""
    if decision.event == Event.POSTED:
        unread_count_add(message=decision.message, targets=calls_counted(facts), above=above, upto=upto)


def dispatch_wake(now: datetime, *, is_due: bool) -> None:
    """Wake the dispatch if something is due already, else the clocks, to look when the next item will be.

    What is due later may be due before anything that the clocks know of; they look after waking the dispatch as well.
    """
    if is_due:
        wake("dispatch")
    else:
        alarm(now)


def sum_of(counts: Counts, more: Counts) -> Counts:
    """Return both counts together."""
    return {channel: dict(Counter(counts.get(channel, {})) + Counter(more[channel])) for channel in more}
