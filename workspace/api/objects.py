"""API objects: accounts as clients know them. Rooms are in `rooms/objects.py`, messages in `messages/objects.py`.

Each object has a serializer, which validates and documents responses, and a function that fills it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from rest_framework import serializers

from workspace.addresses import absolute_url
from workspace.api.base import Result
from workspace.api.contributions import contributions
from workspace.models import User
from workspace.selectors.accounts import email_rows, roles_of, time_zone_of
from workspace.selectors.presence import presence_of
from workspace.time_zones import utc_offset


class TimestampText(str):
    """A date and time in ISO 8601, with the time itself, which methods return as an EJSON date."""

    moment: datetime

    @classmethod
    def of(cls, moment: datetime) -> TimestampText:
        """Return the text of a time: UTC, with milliseconds and `Z`."""
        text = cls(f"{moment.astimezone(UTC).isoformat(timespec='milliseconds')[: -len('+00:00')]}Z")
        text.moment = moment
        return text


class Timestamp(serializers.DateTimeField):
    """A date and time in ISO 8601: UTC, with milliseconds and `Z`."""

    def to_representation(self, value: datetime | TimestampText) -> TimestampText:
        return value if isinstance(value, TimestampText) else TimestampText.of(value)


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


def person_of(user: User) -> dict[str, Any]:
    """Return the user as part of other objects."""
    return {"_id": user.public_id, "username": user.username, "name": user.display_name}


def me_of(user: User) -> dict[str, Any]:
    """Return the account for its own user."""
    presence = presence_of(user)
    return person_of(user) | {
        "emails": email_rows(user.pk),
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
