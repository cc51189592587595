"""Telling open pages at once: what is to be shown, and that counters have changed."""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db import Error, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from push.models import DesktopEvent, DesktopStream
from push.rules.facts import MessageFacts
from push.rules.members import members_of
from push.rules.reading import Reading
from push.rules.table import RULES_BY_CODE
from workspace.models import Message, Room, Subscription, User
from workspace.wakeups import announce

log = logging.getLogger(__name__)

# The channel on which web processes hear that there are events; the payload says nothing.
EVENTS = "callboard_desktop"
EVERYONE = Q()
# A stream that was cut may come back for so long, and receives what it missed meanwhile.
RESUMABLE = timedelta(seconds=90)
EVENTS_KEPT = timedelta(minutes=10)
BATCH = 5000


def streams_open(now: datetime) -> bool:
    """Return whether anybody has a page open; without, nothing is written."""
    return DesktopStream.objects.filter(until__gt=now).exists()


def message_show(*, facts: MessageFacts, reading: Reading, now: datetime, users: Q) -> None:
    """Write an event for each of these members of the room who has a page open.

    It names the rule by which the message is shown; without one the page only counts anew.
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
        events_announce()


class Change(StrEnum):
    """What open pages have to follow."""

    EDITED = "edited"
    DELETED = "deleted"
    # The room can still be read, but only as a visitor.
    LEFT = "left"
    LOST = "lost"
    DEACTIVATED = "deactivated"


@transaction.atomic
def pages_tell(*, user: User, change: dict[str, Any] | None = None) -> None:
    """Tell the user's open pages of a change; in any case they count again what is unread."""
    now = timezone.now()
    if DesktopStream.objects.filter(user=user, until__gt=now).exists():
        DesktopEvent.objects.create(user=user, change=change, created_at=now)
        events_announce()


@transaction.atomic
def members_pages_tell(
    *, room: Room, users: Q = EVERYONE, message: Message | None = None, change: dict[str, Any] | None = None
) -> None:
    """Tell the open pages of these members of the room of a change; in any case they count again what is unread."""
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
        events_announce()


def message_change_tell(*, message: Message, change: Change) -> None:
    """Let the open pages of the room's members follow an edit or deletion."""
    thread = message.parent.public_id if message.parent else ""
    change_sent = {"kind": change, "room": message.room.public_id, "message": message.public_id, "thread": thread}
    members_pages_tell(room=message.room, message=message, change=change_sent)


def events_announce() -> None:
    """Wake the web processes once the running transaction is committed.

    The announcement is a statement of its own: within the transaction it would make all that announce commit one
    after the other.
    """
    transaction.on_commit(_announce)


def _announce() -> None:
    try:
        announce(EVENTS)
    except Error:
        log.exception("The web processes could not be told of new events; they will find them.")


def streams_hold(*, process: str, users: Collection[int]) -> None:
    """Note that a process holds streams to these users now, and may hold them again after a cut."""
    until = timezone.now() + RESUMABLE
    DesktopStream.objects.bulk_create(
        [DesktopStream(user_id=user, process=process, until=until) for user in users],
        BATCH,
        update_conflicts=True,
        unique_fields=["user", "process"],
        update_fields=["until"],
    )


def events_prune(_before: datetime) -> int:
    """Delete some events that no page can miss any more, and streams that do not come back; returns how many."""
    now = timezone.now()
    old = DesktopEvent.objects.filter(created_at__lt=now - EVENTS_KEPT).order_by("created_at")
    deleted, _rows = DesktopEvent.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:BATCH])).delete()
    DesktopStream.objects.filter(until__lt=now).delete()
    return deleted
