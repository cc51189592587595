"""What open pages are told: messages with how they are shown, and counters, for many users by a few queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, F, IntegerField, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce

from preferences.models import AccountPreferences, AccountsSettings, Level, RoomPreferences, Sound
from preferences.selectors.effective import effective_value
from push.content.mail import room_path
from push.content.texts import said_by, texts_composed
from push.models import DesktopEvent
from push.rules.delays import moment
from push.rules.quiet_hours import MENTION_RULES, hold
from workspace.models import Message, Subscription, User
from workspace.stored_json import value_or

MOST_EVENTS = 500
# Two transactions may commit in another order than they took their keys in.
OVERTAKING = timedelta(seconds=5)
CALLING_RULES = (*MENTION_RULES, "highlight", "group_mention")


@dataclass(frozen=True, slots=True)
class PageEvent:
    """One event for one user's pages: a message to show (`data`), a `change` to follow, or neither: only counters."""

    key: int
    user_id: int
    data: dict[str, Any] | None
    change: dict[str, Any] | None = None


def events_after(key: int) -> list[tuple[int, int]]:
    """Return the keys of the next events after that one, each with its user's."""
    later = DesktopEvent.objects.filter(pk__gt=key).order_by("pk")
    return list(later.values_list("pk", "user_id")[:MOST_EVENTS])


def newest_event() -> int:
    """Return the key of the newest event; 0 without any."""
    return DesktopEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def events_missed(asked: Collection[tuple[int, int]]) -> dict[tuple[int, int], list[int]]:
    """Return the keys of the events that pages missed, as far as they are kept, in one query for all pages.

    Each page is asked for by its user's key and the key of the last event that it received. Among the events may be
    some that it has received: such as were overtaken are sent again rather than never.
    """
    missed: dict[tuple[int, int], list[int]] = {page: [] for page in asked}
    if not asked:
        return missed
    lasts = {key for _user, key in asked}
    seen = dict(DesktopEvent.objects.filter(pk__in=lasts).values_list("pk", "created_at"))
    since = {key: at - OVERTAKING for key, at in seen.items()}
    later = Q(pk__gt=min(lasts))
    if since:
        later |= Q(created_at__gt=min(since.values()))
    events: defaultdict[int, list[tuple[int, datetime]]] = defaultdict(list)
    rows = DesktopEvent.objects.filter(later, user__in={user for user, _key in asked}).order_by("pk")
    for key, user, created_at in rows.values_list("pk", "user_id", "created_at"):
        events[user].append((key, created_at))
    for user, last in asked:
        missed[user, last] = [
            key for key, at in events[user] if key > last or (key < last and last in since and at > since[last])
        ][:MOST_EVENTS]
    return missed


def page_events(keys: Collection[int], at: datetime) -> list[PageEvent]:
    """Return the events in order, with what their pages show; messages that are gone or read are not shown."""
    rows = hold(DesktopEvent.objects.filter(pk__in=keys), due=moment(at), rule="rule").rows
    is_quiet = Case(When(quiet_until__gt=moment(at), then=Value(True)), default=Value(False))
    events = list(
        rows.annotate(is_quiet=is_quiet)
        .select_related("message__sender", "message__room", "message__parent", "user__preferences")
        .order_by("pk")
    )
    memberships = memberships_of(event for event in events if event.rule or event.change)
    return [
        PageEvent(event.pk, event.user_id, shown(event, memberships), page_change(event, memberships))
        for event in events
    ]


def memberships_of(events: Iterable[DesktopEvent]) -> dict[tuple[int, int], Subscription]:
    """Return the memberships of the events' users in the rooms of their messages, by user and room."""
    pairs = {(event.user_id, event.message.room_id) for event in events if event.message}
    if not pairs:
        return {}
    users, rooms = ({pair[place] for pair in pairs} for place in (0, 1))
    found = Subscription.objects.filter(user__in=users, room__in=rooms).select_related("preferences")
    return {(row.user_id, row.room_id): row for row in found}


def shown(event: Any, memberships: dict[tuple[int, int], Subscription]) -> dict[str, Any] | None:
    """Return how the page shows the event's message; None if it does not."""
    message: Message | None = event.message
    if not event.rule or message is None or message.deleted_at is not None:
        return None
    membership = memberships.get((event.user_id, message.room_id))
    if membership is None or (membership.last_seen_at and membership.last_seen_at >= message.accepted_at):
        return None
    chosen: RoomPreferences | None = getattr(membership, "preferences", None)
    return {
        "message": message.public_id,
        "room": message.room.public_id,
        "url": room_path(message.room, message),
        **texts_shown(message, event.user),
        **manner(event, chosen),
    }


def page_change(event: Any, memberships: dict[tuple[int, int], Subscription]) -> dict[str, Any] | None:
    """Return the change that the event tells of, with the new texts of a message that the user may still read."""
    message: Message | None = event.message
    change: dict[str, Any] = value_or(dict[str, Any], event.change or {}, {}, name="DesktopEvent.change")
    if not change or message is None or message.deleted_at is not None:
        return change or None
    is_member = (event.user_id, message.room_id) in memberships
    return {**change, **texts_shown(message, event.user)} if is_member else change


def texts_shown(message: Message, user: User) -> dict[str, str]:
    """Return the title and text by which pages show a message to the user; privacy settings do not apply here."""
    texts = texts_composed(said_by(message, user), sender=message.sender, room=message.room)
    return {"title": texts.title, "text": texts.text}


def manner(event: Any, chosen: RoomPreferences | None) -> dict[str, Any]:
    """Return how the notification sounds and how long it stays, by the account's and the room's preferences."""
    own = getattr(event.user, "preferences", None) or AccountPreferences()
    sound = (chosen.sound if chosen else "") or effective_value(own, "new_message_sound")
    is_heard = not event.is_quiet and sounds_for(event.rule, chosen.audio if chosen else "")
    return {
        "sound": sound if is_heard and sound != Sound.NONE else "",
        "volume": effective_value(own, "sound_volume"),
        "stays": bool(effective_value(own, "require_interaction")),
        "seconds": (chosen.desktop_duration if chosen else 0) or 0,
        "mutesFocused": bool(effective_value(own, "mute_focused")),
    }


def sounds_for(rule: str, audio: str) -> bool:
    """Return whether a message that is shown by the rule sounds, by what the member chose for the room's sounds."""
    return audio != Level.NOTHING and (audio != Level.MENTIONS or rule in CALLING_RULES)


def counters_of(users: Collection[int]) -> dict[int, int]:
    """Return what the title and icon of each user's pages count: unread messages of the rooms that are to be counted.

    A room may be set to count nothing, or mentions only; whoever turned the unread alert off has nothing counted.
    """
    default = AccountsSettings.current().unread_alert
    mentions = F("user_mentions") + F("group_mentions")
    counted = Case(
        When(preferences__unread_hidden=True, preferences__mentions_hidden=True, then=Value(0)),
        When(preferences__unread_alert=Level.NOTHING, then=Value(0)),
        When(Q(preferences__unread_alert=Level.MENTIONS) | Q(preferences__unread_hidden=True), then=mentions),
        default=F("unread"),
        output_field=IntegerField(),
    )
    rows: QuerySet[Any, Any] = Subscription.objects.filter(user__in=users, is_open=True)
    alerted = rows.alias(alert=Coalesce(F("user__preferences__unread_alert"), Value(default))).filter(alert=True)
    sums = dict(alerted.order_by().values_list("user").annotate(total=Sum(counted)))
    return {user: sums.get(user) or 0 for user in users}
