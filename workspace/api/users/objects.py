"""Accounts as API objects, depending on what the reader may see."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import islice
from typing import Any

from django.contrib.auth.models import Group
from django.db.models import Prefetch, prefetch_related_objects
from django.utils import timezone
from rest_framework import serializers

from workspace.api.base import Result
from workspace.api.objects import AccountSettingsObject, EmailObject, Offset, Timestamp, person_of
from workspace.models import Connection, RoomType, Status, User
from workspace.permissions import BOT
from workspace.selectors.accounts import time_zone_of
from workspace.selectors.permissions import VIEW_ACCOUNTS
from workspace.selectors.presence import PresenceView, presence_rows, presence_view
from workspace.selectors.subscriptions import other_members_of, subscriptions_changed
from workspace.time_zones import utc_offset

# The number of accounts that are loaded at once.
BATCH = 1000


class UserObject(Result):
    """An account. Addresses, connection and sign-ins are only visible to its user, and to users with the permission."""

    _id = serializers.CharField()
    username = serializers.CharField()
    name = serializers.CharField()
    type = serializers.CharField()
    status = serializers.ChoiceField(choices=Status.choices)
    statusText = serializers.CharField(required=False)
    nickname = serializers.CharField(required=False)
    bio = serializers.CharField(required=False)
    avatarETag = serializers.CharField(required=False)
    active = serializers.BooleanField()
    roles = serializers.ListField(child=serializers.CharField())
    createdAt = Timestamp()
    _updatedAt = Timestamp()
    utcOffset = Offset()
    emails = EmailObject(many=True, required=False)
    lastLogin = Timestamp(required=False)
    statusConnection = serializers.ChoiceField(choices=Connection.choices, required=False)
    requirePasswordChange = serializers.BooleanField(required=False)


class UserRoomObject(Result):
    """A room that an account is in."""

    _id = serializers.CharField(help_text="The id of the subscription.")
    rid = serializers.CharField()
    name = serializers.CharField()
    t = serializers.ChoiceField(choices=RoomType.choices)
    unread = serializers.IntegerField()
    roles = serializers.ListField(child=serializers.CharField(), required=False)


class UserInfoObject(UserObject):
    """A single account. If `canViewAllInfo` is set, nothing was omitted."""

    canViewAllInfo = serializers.BooleanField(required=False)
    rooms = UserRoomObject(many=True, required=False)


class CreatedUserObject(UserObject):
    """A new account."""

    settings = AccountSettingsObject()


def users_of(users: Iterable[User], *, reader: User) -> list[dict[str, Any]]:
    """Return the accounts as API objects, with a few queries per thousand accounts."""
    sees_all, now, rows = reader.has_perm(VIEW_ACCOUNTS), timezone.now(), iter(users)
    objects: list[dict[str, Any]] = []
    while batch := list(islice(rows, BATCH)):
        prefetch_related_objects(batch, Prefetch("groups", Group.objects.order_by("name")), "emails")
        presences = presence_rows(User.objects.filter(pk__in=[user.pk for user in batch]), at=now, fields=("pk",))
        views = {row["pk"]: presence_view(row, at=now) for row in presences}
        objects += [user_object(user, views[user.pk], now, in_full=sees_all or user == reader) for user in batch]
    return objects


def user_of(user: User, *, reader: User) -> dict[str, Any]:
    """Return an account, reloaded, as an API object."""
    return users_of([User.objects.get(pk=user.pk)], reader=reader)[0]


def user_object(user: User, presence: PresenceView, at: datetime, *, in_full: bool) -> dict[str, Any]:
    """Return the account with its presence at the time `at`."""
    roles = [role.name for role in user.groups.all()]
    public = person_of(user) | {
        "type": "bot" if BOT in roles else "user",
        "status": presence.shown,
        "statusText": presence.status_text or None,
        "nickname": user.nickname or None,
        "bio": user.bio or None,
        "avatarETag": user.avatar_etag or None,
        "active": user.is_active,
        "roles": roles,
        "createdAt": user.created_at,
        "_updatedAt": user.updated_at,
        "utcOffset": utc_offset(time_zone_of(user), at),
    }
    if not in_full:
        return public
    return public | {
        "emails": list(user.emails.all()),
        "lastLogin": user.last_login,
        "statusConnection": presence.connection,
        "requirePasswordChange": False,
    }


def rooms_of_user(user: User) -> list[dict[str, Any]]:
    """Return the rooms of the account. Direct rooms have the names of the other members."""
    rows = list(subscriptions_changed(user, since=None).select_related("room"))
    people = other_members_of(user, [row.room for row in rows])
    return [
        {
            "_id": row.public_id,
            "rid": row.room.public_id,
            "name": people[row.room_id].usernames if row.room.is_direct else row.room.name,
            "t": row.room.type,
            "unread": row.unread,
            "roles": row.roles or None,
        }
        for row in rows
    ]
