"""API objects: accounts and rooms as clients know them. Messages are in `messages/objects.py`.

Each object has a serializer, which validates and documents responses, and a function that fills it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from rest_framework import serializers

from workspace.addresses import absolute_url
from workspace.api.base import Result
from workspace.api.contributions import contributions
from workspace.models import Room, RoomType, Subscription, User
from workspace.selectors.accounts import roles_of, time_zone_of
from workspace.selectors.presence import presence_of
from workspace.time_zones import utc_offset


class TimestampText(str):
    """A date and time in ISO 8601, with the time itself, which methods return as an EJSON date."""

    moment: datetime

    @classmethod
    def of(cls, moment: datetime) -> TimestampText:
        """Return the text of a time: UTC, with milliseconds and `Z`."""
        text = cls(moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"))
        text.moment = moment
        return text


class Timestamp(serializers.DateTimeField):
    """A date and time in ISO 8601: UTC, with milliseconds and `Z`."""

    def to_representation(self, value: datetime) -> TimestampText:
        return TimestampText.of(value)


class Offset(serializers.FloatField):
    """A UTC offset in hours, an integer if possible."""

    def to_representation(self, value: float) -> float:  # type: ignore[override]
        return value


class PersonObject(Result):
    """A user, as part of other objects."""

    _id = serializers.CharField()
    username = serializers.CharField()
    name = serializers.CharField()


class EmailObject(Result):
    """An e-mail address of an account."""

    address = serializers.CharField()
    verified = serializers.BooleanField()


class AccountSettingsObject(Result):
    """The preferences of an account."""

    preferences = serializers.DictField()


class MeObject(Result):
    """The account that is signed in."""

    _id = serializers.CharField()
    name = serializers.CharField()
    username = serializers.CharField()
    emails = EmailObject(many=True)
    status = serializers.CharField()
    statusConnection = serializers.CharField()
    statusText = serializers.CharField()
    utcOffset = Offset()
    active = serializers.BooleanField()
    roles = serializers.ListField(child=serializers.CharField())
    settings = AccountSettingsObject()
    avatarUrl = serializers.CharField()
    language = serializers.CharField(required=False)
    nickname = serializers.CharField(required=False)
    bio = serializers.CharField(required=False)
    avatarETag = serializers.CharField(required=False)


class RoomObject(Result):
    """A room. A direct room has no name, but lists its members."""

    _id = serializers.CharField()
    t = serializers.ChoiceField(choices=RoomType.choices)
    name = serializers.CharField(required=False)
    fname = serializers.CharField(required=False)
    u = PersonObject()
    topic = serializers.CharField()
    description = serializers.CharField()
    announcement = serializers.CharField()
    msgs = serializers.IntegerField()
    usersCount = serializers.IntegerField()
    usernames = serializers.ListField(child=serializers.CharField(), required=False)
    uids = serializers.ListField(child=serializers.CharField(), required=False)
    ro = serializers.BooleanField()
    reactWhenReadOnly = serializers.BooleanField()
    muted = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="The usernames of members who may not post."
    )
    unmuted = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        help_text="The usernames of members who may post although it is read-only.",
    )
    joinCodeRequired = serializers.BooleanField(required=False)
    archived = serializers.BooleanField()
    default = serializers.BooleanField()
    broadcast = serializers.BooleanField()
    encrypted = serializers.BooleanField()
    featured = serializers.BooleanField()
    sysMes = serializers.BooleanField()
    customFields = serializers.DictField()
    ts = Timestamp()
    lm = Timestamp(required=False)
    _updatedAt = Timestamp()


def person_of(user: User) -> dict[str, Any]:
    """Return the user as part of other objects."""
    return {"_id": user.public_id, "username": user.username, "name": user.display_name}


def me_of(user: User) -> dict[str, Any]:
    """Return the account for its own user."""
    presence = presence_of(user)
    return person_of(user) | {
        "emails": list(user.emails.all()),
        "status": presence.shown,
        "statusConnection": presence.connection,
        "statusText": presence.status_text,
        "utcOffset": utc_offset(time_zone_of(user), timezone.now()),
        "active": user.is_active,
        "roles": roles_of(user),
        "settings": {"preferences": contributions.preferences(user)},
        "avatarUrl": absolute_url(reverse("avatar", args=[user.username])),
        "language": user.language or None,
        "nickname": user.nickname or None,
        "bio": user.bio or None,
        "avatarETag": user.avatar_etag or None,
    }


def room_of(room: Room) -> dict[str, Any]:
    """Return the room, reloaded because services update its counters in the database."""
    room.refresh_from_db()
    return rooms_of([room])[0]


def rooms_of(rooms: Iterable[Room]) -> list[dict[str, Any]]:
    """Return the rooms with their creators. The members that the objects name are loaded with one query."""
    rooms = list(rooms)
    named = memberships_named(rooms)
    return [room_object(room, named[room.pk]) for room in rooms]


def memberships_named(rooms: Iterable[Room]) -> dict[int, list[Subscription]]:
    """Return the memberships that objects of rooms name, by room.

    These are all members of direct rooms; of others, muted and unmuted ones, which have indexes because they are few.
    """
    direct: list[int] = []
    others: list[int] = []
    for room in rooms:
        (direct if room.is_direct else others).append(room.pk)
    memberships = Subscription.objects.select_related("user").order_by("user__username")
    rows = [
        *(memberships.filter(room__in=direct) if direct else ()),
        *(memberships.filter(Q(is_muted=True) | Q(is_unmuted=True), room__in=others) if others else ()),
    ]
    named: defaultdict[int, list[Subscription]] = defaultdict(list)
    for row in rows:
        named[row.room_id].append(row)
    return named


def room_object(room: Room, named: Sequence[Subscription]) -> dict[str, Any]:
    """Return a room; `named` are its memberships from :func:`memberships_named`."""
    members = [row.user for row in named] if room.is_direct else None
    return {
        "_id": room.public_id,
        "t": room.type,
        "name": room.name or None,
        "fname": room.name or None,
        "u": person_of(room.creator),
        "topic": room.topic,
        "description": room.description,
        "announcement": room.announcement,
        "msgs": room.messages_count,
        "usersCount": room.members_count,
        "usernames": [member.username for member in members] if members is not None else None,
        "uids": [member.public_id for member in members] if members is not None else None,
        "ro": room.is_read_only,
        "reactWhenReadOnly": room.allows_reactions,
        "muted": [row.user.username for row in named if row.is_muted] or None,
        "unmuted": [row.user.username for row in named if row.is_unmuted] or None,
        "joinCodeRequired": bool(room.join_code_digest) or None,
        "archived": room.is_archived,
        "default": room.is_joined_by_new_accounts,
        "broadcast": False,
        "encrypted": False,
        "featured": room.is_featured,
        "sysMes": True,
        "customFields": room.custom_fields,
        "ts": room.created_at,
        "lm": room.last_message_at,
        "_updatedAt": room.updated_at,
    }
