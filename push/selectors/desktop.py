"""Data for open pages: desktop notifications and unread counters, for many users with a few queries."""

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
from push.content.texts import author_name, compose_texts, full_text
from push.models import DesktopEvent
from push.rules.delays import moment
from push.rules.quiet_hours import MENTION_RULES, hold
from workspace.live.reading import LAST_KEYS
from workspace.live.window import COMMIT_SKEW_SECONDS
from workspace.models import Message, Subscription, User
from workspace.stored_json import value_or

MAX_EVENTS = 500
# Transactions may commit in a different order than they allocated their keys.
COMMIT_SKEW = timedelta(seconds=COMMIT_SKEW_SECONDS)
MENTIONING_RULES = (*MENTION_RULES, "highlight", "group_mention")


@dataclass(frozen=True, slots=True)
class PageEvent:
    """An event for one user's pages: a message to show (`data`), a `change` to apply, or just new counters.

    `message` is the message to show.
    """

    key: int
    user_id: int
    data: dict[str, Any] | None
    change: dict[str, Any] | None = None
    message: Message | None = None


def next_events(newest: int, missing: Collection[int]) -> list[tuple[int, int]]:
    """Return the keys of the next events after the newest key, and of missing ones that exist by now.

    Each comes with its user's key.
    """
    wanted = Q(pk__gt=newest) | Q(pk__in=missing) if missing else Q(pk__gt=newest)
    return list(DesktopEvent.objects.filter(wanted).order_by("pk").values_list("pk", "user_id")[:MAX_EVENTS])


def last_events() -> list[int]:
    """Return the keys of the last events."""
    return list(DesktopEvent.objects.order_by("-pk").values_list("pk", flat=True)[:LAST_KEYS])


def newest_event() -> int:
    """Return the key of the newest event, or 0 if there is none."""
    return DesktopEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def missed_events(pages: Collection[tuple[int, int]]) -> dict[tuple[int, int], list[int]]:
    """Return the keys of the stored events that pages missed, with one query for all pages.

    Each page is given by its user's key and the key of the last event that it received. The result may contain events
    that the page has already received, because events can be committed out of order.
    """
    missed: dict[tuple[int, int], list[int]] = {page: [] for page in pages}
    if not pages:
        return missed
    lasts = {key for _user, key in pages}
    seen = dict(DesktopEvent.objects.filter(pk__in=lasts).values_list("pk", "created_at"))
    since = {key: at - COMMIT_SKEW for key, at in seen.items()}
    later = Q(pk__gt=min(lasts))
    if since:
        later |= Q(created_at__gt=min(since.values()))
    events: defaultdict[int, list[tuple[int, datetime]]] = defaultdict(list)
    rows = DesktopEvent.objects.filter(later, user__in={user for user, _key in pages}).order_by("pk")
    for key, user, created_at in rows.values_list("pk", "user_id", "created_at"):
        events[user].append((key, created_at))
    for user, last in pages:
        missed[user, last] = [
            key for key, at in events[user] if key > last or (key < last and last in since and at > since[last])
        ][:MAX_EVENTS]
    return missed


def page_events(keys: Collection[int], at: datetime) -> list[PageEvent]:
    """Return the events in order, with the data for the pages. Deleted or read messages are not shown."""
    rows = hold(DesktopEvent.objects.filter(pk__in=keys), due=moment(at), rule="rule").rows
    is_quiet = Case(When(quiet_until__gt=moment(at), then=Value(True)), default=Value(False))
    events = list(
        rows.annotate(is_quiet=is_quiet)
        .select_related("message__sender", "message__room", "message__parent", "user__preferences")
        .order_by("pk")
    )
    memberships = memberships_of(event for event in events if event.rule or event.change)
    return [page_event(event, memberships) for event in events]


def page_event(event: Any, memberships: dict[tuple[int, int], Subscription]) -> PageEvent:
    """Return an event with the data for the pages."""
    data = message_data(event, memberships)
    message = event.message if data is not None else None
    return PageEvent(event.pk, event.user_id, data, page_change(event, memberships), message)


def memberships_of(events: Iterable[DesktopEvent]) -> dict[tuple[int, int], Subscription]:
    """Return the memberships of the events' users in the rooms of their messages, by user and room."""
    pairs = {(event.user_id, event.message.room_id) for event in events if event.message}
    if not pairs:
        return {}
    users, rooms = ({pair[place] for pair in pairs} for place in (0, 1))
    subscriptions = Subscription.objects.filter(user__in=users, room__in=rooms).select_related("preferences")
    return {(row.user_id, row.room_id): row for row in subscriptions}


def message_data(event: Any, memberships: dict[tuple[int, int], Subscription]) -> dict[str, Any] | None:
    """Return the data of the event's message for the page; None if it is not shown."""
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
        **message_texts(message, event.user),
        **presentation(event, chosen),
    }


def page_change(event: Any, memberships: dict[tuple[int, int], Subscription]) -> dict[str, Any] | None:
    """Return the event's change, with the new texts if the user may still read the message."""
    message: Message | None = event.message
    change: dict[str, Any] = value_or(dict[str, Any], event.change or {}, {}, name="DesktopEvent.change")
    if not change or message is None or message.deleted_at is not None:
        return change or None
    is_member = (event.user_id, message.room_id) in memberships
    return {**change, **message_texts(message, event.user)} if is_member else change


def message_texts(message: Message, user: User) -> dict[str, str]:
    """Return the title and text of a message for the user's pages. Privacy settings do not apply here."""
    texts = compose_texts(full_text(message, user), name=author_name(message), room=message.room)
    return {"title": texts.title, "text": texts.text}


def presentation(event: Any, chosen: RoomPreferences | None) -> dict[str, Any]:
    """Return the notification's sound and duration, from the account's and the room's preferences."""
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
    """Return True if a message shown by this rule plays a sound, given the member's setting for the room."""
    return audio != Level.NOTHING and (audio != Level.MENTIONS or rule in MENTIONING_RULES)


def counters_of(users: Collection[int]) -> dict[int, int]:
    """Return the unread counters for the title and icon of each user's pages.

    Members can exclude a room, count only its mentions, or turn the unread alert off completely.
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
