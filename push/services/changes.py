"""Processes the edit or deletion of a message, in the order of the room's messages.

The worker does this between the room's decisions, so it never runs while the message itself is being counted.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from push.models import Decision, Event
from push.rules.decision_facts import decision_facts, decision_facts_add
from push.rules.facts import MessageFacts, facts_stored
from push.services.changed_messages import message_updates_schedule
from push.services.desktop import members_pages_tell
from workspace.models import Message, Room, User
from workspace.services.reading import (
    MentionTargets,
    mention_targets,
    mention_targets_before_deletion,
    unread_count_change,
)

# The name under which a decision stores the mention targets that the unread counters include.
COUNTED = "counted"


def change_follow(*, decision: Decision) -> bool:
    """Update the unread counters after a change; return False while the message is still being counted."""
    message = decision.message
    message_updates_schedule(message=message)
    posted = Decision.objects.filter(message=message, event=Event.POSTED).first()
    if posted is not None and posted.decided_at is None:
        # Either nothing is counted yet, and the changed message will be counted; or only part of its room is counted.
        return posted.position is None
    before, after = calls_before(decision, posted), mention_targets(message)
    if before == after:
        return True
    decision_facts_add(decision, **{COUNTED: after})
    decision.save(update_fields=["facts"])
    if unread_count_change(message=message, before=before, after=after):
        members_pages_tell(room=message.room, users=members_concerned(message, before, after))
    return True


def calls_before(decision: Decision, posted: Decision | None) -> MentionTargets | None:
    """Return the mention targets that the unread counters include for the message.

    They are stored with the last processed change, or else with the decision that counted the message. If both were
    pruned, they are the message's targets before this change.
    """
    followed = Decision.objects.filter(message=decision.message, decided_at__isnull=False, facts__has_key=COUNTED)
    last = followed.exclude(pk=decision.pk).order_by("-pk").first()
    if last is not None:
        return decision_facts(last).counted
    if posted is not None and decision_facts(posted).is_begun:
        return calls_counted(facts_stored(posted))
    return decision_facts(decision).before or mention_targets_before_deletion(decision.message)


def calls_pending(*, user: User, room: Room, since: datetime) -> dict[int, MentionTargets | None]:
    """Return the mention targets that the member's counters include, by message key; None if not counted yet.

    Only messages by other users, accepted since `since`, for which the worker has not yet processed an event.
    """
    pending = Decision.objects.filter(decided_at=None, message__room=room, message__accepted_at__gte=since)
    pending = pending.exclude(message__sender=user).select_related("message")
    targets_by_message: dict[int, MentionTargets | None] = {}
    for decision in pending.order_by("pk"):
        message = decision.message
        if message.pk in targets_by_message or message.is_system or message.is_thread_reply:
            continue
        posted = Decision.objects.filter(message=message, event=Event.POSTED).first()
        if posted is not None and posted.decided_at is None:
            is_counted = posted.position is not None and user.pk <= posted.position
            targets_by_message[message.pk] = calls_counted(facts_stored(posted)) if is_counted else None
        else:
            targets_by_message[message.pk] = calls_before(decision, posted)
    return targets_by_message


def members_concerned(message: Message, before: MentionTargets | None, after: MentionTargets | None) -> Q:
    """Return the condition for members whose counters change when a message's mention targets change."""
    old, new = before or MentionTargets(), after or MentionTargets()
    if message.room.is_direct or old.everyone != new.everyone:
        return Q()
    return Q(user__in=old.people ^ new.people)


def calls_counted(facts: MessageFacts) -> MentionTargets:
    """Return the mention targets of a message with these facts."""
    return MentionTargets(facts.calls_all or facts.calls_here, facts.mentioned)
