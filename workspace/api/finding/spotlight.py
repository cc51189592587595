"""Suggestions of channels and people while somebody types."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request

from workspace.api.base import Api, Result, SuccessResult, caller_of, endpoint
from workspace.api.params import Params, TextParam
from workspace.models import Room, RoomType, Status, User
from workspace.selectors.presence import presence_rows, presence_view
from workspace.selectors.room_search import channels_found, people_found


class SpotlightParams(Params):
    """What was typed. `#` at the beginning finds only channels, `@` only people."""

    query = TextParam(allow_blank=True)


class FoundPersonObject(Result):
    """A user. All of them are marked as `outside`, because no room was given in which they could be members."""

    _id = serializers.CharField()
    username = serializers.CharField()
    name = serializers.CharField()
    status = serializers.ChoiceField(choices=Status.choices)
    statusText = serializers.CharField(required=False)
    outside = serializers.BooleanField()


class FoundChannelObject(Result):
    """A channel that the caller has not joined."""

    _id = serializers.CharField()
    t = serializers.ChoiceField(choices=RoomType.choices)
    name = serializers.CharField()
    fname = serializers.CharField()
    joinCodeRequired = serializers.BooleanField(required=False)


class SpotlightResult(SuccessResult):
    """Suggestions."""

    users = FoundPersonObject(many=True)
    rooms = FoundChannelObject(many=True)


class SpotlightApi(Api):
    @endpoint(
        params=SpotlightParams,
        result=SpotlightResult,
        summary="Suggest channels and people",
        description="Up to five channels that the caller has not joined, and up to five people, whose names contain "
        "what was typed.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        user, text = caller_of(request), params["query"]
        words = text[1:].strip() if text.startswith(("#", "@")) else text.strip()
        return {
            "users": [] if text.startswith("#") else found_people(people_found(user, words)),
            "rooms": [] if text.startswith("@") else [found_channel(room) for room in channels_found(user, words)],
        }


def found_people(people: list[User]) -> list[dict[str, Any]]:
    """Return the users as suggestions, with their presence."""
    now = timezone.now()
    rows = presence_rows(User.objects.filter(pk__in=[user.pk for user in people]), at=now, fields=("pk",))
    views = {row["pk"]: presence_view(row, at=now) for row in rows} if people else {}
    return [
        {
            "_id": user.public_id,
            "username": user.username,
            "name": user.display_name,
            "status": views[user.pk].shown,
            "statusText": views[user.pk].status_text or None,
            "outside": True,
        }
        for user in people
    ]


def found_channel(channel: Room) -> dict[str, Any]:
    """Return the channel as a suggestion."""
    return {
        "_id": channel.public_id,
        "t": channel.type,
        "name": channel.name,
        "fname": channel.name,
        "joinCodeRequired": bool(channel.join_code_digest) or None,
    }
