"""Sends events to open pages at once: notifications to show, and changes of unread counters."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from push.models import DesktopEvent, DesktopStream
from push.rules.facts import MessageFacts
from push.rules.members import members_of
from push.rules.reading import Reading
from push.rules.table import RULES_BY_CODE
from workspace.models import Message, Room, Subscription, User
from workspace.services.live import wake_readers

EVERYONE = Q()
# A client that reconnects within this time receives the events that it missed.
RESUMABLE = timedelta(seconds=90)
EVENTS_KEPT = timedelta(minutes=10)
BATCH = 5000


def streams_open(now: datetime) -> bool:
    """Return True if any page is open; otherwise no events are written."""
    return DesktopStream.objects.filter(until__gt=now).exists()


def message_show(*, facts: MessageFacts, reading: Reading, now: datetime, users: Q) -> None:
    """Write an event for each of these members of the room who has a page open.

    The event contains the rule that shows the message; without a rule, the page only updates its counters.
    """
    if facts.is_edit or not streams_open(now):
        return
    has_page = Exists(DesktopStream.objects.filter(user=OuterRef("user"), until__gt=now))
    members = members_of(facts, {"connection", *reading.names}).filter(users, has_page).annotate(code=reading.code())
    written = DesktopEvent.objects.bulk_create(
        [
            DesktopEvent(
                user_id=user,
                message_id=facts.message_id,
                rule=code if RULES_BY_CODE[code].sends and (seen is None or seen < facts.accepted_at) else "",
                created_at=now,
            )
            for user, code, seen in members.values_list("user", "code", "last_seen_at").iterator(BATCH)
        ],
        BATCH,
    )
    if written:
        wake_readers()


class Change(StrEnum):
    """Changes that open pages must reflect."""

    EDITED = "edited"
    DELETED = "deleted"
    # The room can still be read, but only as a visitor.
    LEFT = "left"
    LOST = "lost"
    DEACTIVATED = "deactivated"


@transaction.atomic
def pages_tell(*, user: User, change: dict[str, Any] | None = None) -> None:
    """Send a change to the user's open pages. They always update their unread counters."""
    now = timezone.now()
    if DesktopStream.objects.filter(user=user, until__gt=now).exists():
        DesktopEvent.objects.create(user=user, change=change, created_at=now)
        wake_readers()


@transaction.atomic
def members_pages_tell(
    *, room: Room, users: Q = EVERYONE, message: Message | None = None, change: dict[str, Any] | None = None
) -> None:
    """Send a change to the open pages of these members of the room. They always update their unread counters."""
    now = timezone.now()
    if not streams_open(now):
        return
    pages = DesktopStream.objects.filter(user=OuterRef("user"), until__gt=now)
    members = Subscription.objects.filter(users, Exists(pages), room=room).values_list("user_id", flat=True)
    events = [
        DesktopEvent(user_id=user, message=message, change=change, created_at=now) for user in members.iterator(BATCH)
    ]
    if events:
        DesktopEvent.objects.bulk_create(events, BATCH)
        wake_readers()


def message_change_tell(*, message: Message, change: Change) -> None:
    """Send an edit or deletion to the open pages of the room's members."""
    thread = message.parent.public_id if message.parent else ""
    change_sent = {"kind": change, "room": message.room.public_id, "message": message.public_id, "thread": thread}
    members_pages_tell(room=message.room, message=message, change=change_sent)


def streams_hold(*, process: str, users: Collection[int]) -> None:
    """Record that a process has open streams to these users. The record outlives a short interruption."""
    until = timezone.now() + RESUMABLE
    DesktopStream.objects.bulk_create(
        [DesktopStream(user_id=user, process=process, until=until) for user in users],
        BATCH,
        update_conflicts=True,
        unique_fields=["user", "process"],
        update_fields=["until"],
    )


def events_prune(_before: datetime) -> int:
    """Delete a batch of events too old for any page, and ended streams; return the number of deleted events."""
    now = timezone.now()
    old = DesktopEvent.objects.filter(created_at__lt=now - EVENTS_KEPT).order_by("created_at")
    deleted, _rows = DesktopEvent.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:BATCH])).delete()
    DesktopStream.objects.filter(until__lt=now).delete()
    return deleted
