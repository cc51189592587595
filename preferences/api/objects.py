"""Subscriptions in the format of the API. The number of queries does not depend on the number of subscriptions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from preferences.keys import ROOM_FIELDS, sound_for_clients
from preferences.models import AccountPreferences, RoomPreferences
from preferences.selectors.effective import choices_of_accounts
from preferences.selectors.highlights import highlight_words_by_user
from preferences.selectors.rooms import ignored_sender_ids
from workspace.api.objects import person_of
from workspace.models import Subscription, User
from workspace.selectors.subscriptions import DirectMember, direct_members, other_members
from workspace.selectors.threads import UnreadThreads, unread_threads_by_member
from workspace.selectors.unseen import unseen_keys_with

ORIGINS = {"desktop": "desktopPrefOrigin", "push": "mobilePrefOrigin", "email": "emailPrefOrigin"}
KEYS = {name: key for key, name in ROOM_FIELDS.items()}
# The columns that are needed. Loading all times of hundreds of rooms and memberships takes long.
COLUMNS = (
    "public_id",
    "user_id",
    "is_open",
    "is_favorite",
    "is_owner",
    "is_moderator",
    "is_leader",
    "unread",
    "user_mentions",
    "group_mentions",
    "joined_at",
    "last_seen_at",
    "updated_at",
    "room__public_id",
    "room__type",
    "room__name",
    "room__is_archived",
    "room__last_message_at",
    "room__updated_at",
    "preferences",
)
SWITCHES = ("notifications_disabled", "group_mentions_muted", "unread_hidden", "mentions_hidden")


@dataclass(frozen=True, slots=True)
class Members:
    """Data shared by the subscriptions of one or several users.

    `preferences` and `highlights` are by user key, `threads` by user and room key, `direct` are the members of direct
    rooms. `unseen` contains the keys of subscriptions with unseen messages, `ignored` the ids of ignored senders by
    subscription key.
    """

    users: Mapping[int, User]
    preferences: Mapping[int, AccountPreferences]
    highlights: Mapping[int, list[str]]
    unseen: set[int]
    threads: Mapping[tuple[int, int], UnreadThreads]
    direct: Mapping[int, list[DirectMember]]
    ignored: Mapping[int, list[str]]


def subscriptions_json(user: User, subscriptions: QuerySet[Subscription]) -> list[dict[str, Any]]:
    """Return these subscriptions of the user in the format of the API."""
    return list(rows_json(subscriptions.filter(user=user), {user.pk: user}).values())


def member_subscriptions_json(subscriptions: QuerySet[Subscription]) -> dict[int, dict[str, Any]]:
    """Return these subscriptions of any users in the format of the API, by key."""
    return rows_json(subscriptions, User.objects.in_bulk(set(subscriptions.values_list("user_id", flat=True))))


def rows_json(subscriptions: QuerySet[Subscription], users: Mapping[int, User]) -> dict[int, dict[str, Any]]:
    """Return these subscriptions in the format of the API, by key; `users` are their users by key."""
    related = subscriptions.select_related("room", "preferences").only(*COLUMNS)
    rows = [row for row in related if row.user_id in users]
    rooms = {row.room_id for row in rows}
    # Naming hundreds of rooms in a query takes longer than finding the threads and ignored senders in all of them.
    room = next(iter(rooms)) if len(rooms) == 1 else None
    threads = unread_threads_by_member(users, room=room)
    members = Members(
        users=users,
        preferences={key: AccountPreferences(user=user) for key, user in users.items()} | choices_of_accounts(users),
        highlights=highlight_words_by_user(users),
        unseen=unseen_keys_with(rows, threads),
        threads=threads,
        direct=direct_members(row.room for row in rows),
        ignored=ignored_sender_ids(users, room=room),
    )
    return {row.pk: subscription_json(row, members) for row in rows}


def subscription_json(row: Subscription, members: Members) -> dict[str, Any]:
    """Return one subscription in the format of the API."""
    room, user = row.room, members.users[row.user_id]
    other = other_members(user, members.direct[room.pk]) if room.is_direct else None
    chosen: RoomPreferences | None = getattr(row, "preferences", None)
    threads = members.threads.get((user.pk, room.pk)) or UnreadThreads()
    return {
        "_id": row.public_id,
        "rid": room.public_id,
        "t": room.type,
        "name": other.usernames if other else room.name,
        "fname": other.names if other else room.name,
        "u": person_of(user),
        "open": row.is_open,
        "alert": row.pk in members.unseen and not (chosen and chosen.unread_hidden),
        "unread": row.unread,
        "userMentions": row.user_mentions,
        "groupMentions": row.group_mentions,
        "tunread": threads.all,
        "tunreadUser": threads.mentioning_user,
        "tunreadGroup": threads.mentioning_group,
        "ts": row.joined_at,
        "ls": row.last_seen_at or row.joined_at,
        "f": row.is_favorite,
        "roles": row.roles,
        "ignored": members.ignored.get(row.pk, []),
        "archived": room.is_archived,
        "userHighlights": members.highlights.get(user.pk, []),
        "_updatedAt": changed_at(row),
        **choices_json(chosen),
        **levels_json(chosen, members.preferences[user.pk]),
    }


def changed_at(row: Subscription) -> datetime:
    """Return when the subscription or its room last changed."""
    times: Iterable[datetime | None] = (row.updated_at, row.room.updated_at, row.room.last_message_at)
    return max(time for time in times if time is not None)


def choices_json(chosen: RoomPreferences | None) -> dict[str, Any]:
    """Return the member's preferences for the room, except the levels of the channels."""
    if chosen is None:
        return dict.fromkeys((KEYS[name] for name in SWITCHES), False)
    switches: dict[str, Any] = {KEYS[name]: getattr(chosen, name) for name in SWITCHES}
    duration = chosen.desktop_duration
    return switches | {
        "audioNotifications": chosen.audio or None,
        "audioNotificationValue": sound_for_clients(chosen.sound) if chosen.sound else None,
        "desktopNotificationDuration": str(duration) if duration is not None else None,
        "unreadAlert": chosen.unread_alert or None,
    }


def levels_json(chosen: RoomPreferences | None, account: AccountPreferences) -> dict[str, Any]:
    """Return each channel's level and its origin; both are None if the workspace's default applies."""
    levels: dict[str, Any] = {}
    for name, origin in ORIGINS.items():
        own, inherited = getattr(chosen, name, ""), getattr(account, name)
        levels[KEYS[name]] = own or inherited or None
        levels[origin] = "subscription" if own else "user" if inherited else None
    return levels
