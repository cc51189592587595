"""API endpoints for the caller's subscriptions, with the preferences for each."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from preferences.api.objects import subscriptions_json
from preferences.api.rooms import subscription_by_room_id
from preferences.models import Level
from workspace.api.base import Api, Result, SuccessResult, caller_of, endpoint
from workspace.api.objects import PersonObject, Timestamp
from workspace.api.params import Params, TextParam, TimestampParam
from workspace.models import RoomType, Subscription
from workspace.selectors.subscriptions import subscriptions_changed, subscriptions_ended


def level() -> serializers.ChoiceField:
    """Return a field for a level; it is missing if the default applies."""
    return serializers.ChoiceField(choices=Level.choices, required=False)


def origin() -> serializers.ChoiceField:
    """Return a field for a level's origin: the room's own preference, or the account's."""
    return serializers.ChoiceField(choices=["subscription", "user"], required=False)


class SubscriptionObject(Result):
    """A member's subscription to a room. For missing preferences, the workspace's default applies."""

    _id = serializers.CharField()
    rid = serializers.CharField()
    t = serializers.ChoiceField(choices=RoomType.choices)
    name = serializers.CharField()
    fname = serializers.CharField()
    u = PersonObject()
    open = serializers.BooleanField()
    alert = serializers.BooleanField()
    unread = serializers.IntegerField()
    userMentions = serializers.IntegerField()
    groupMentions = serializers.IntegerField()
    tunread = serializers.ListField(child=serializers.CharField(), help_text="Threads with unread replies.")
    tunreadUser = serializers.ListField(
        child=serializers.CharField(), help_text="Threads in which an unread reply mentions the caller."
    )
    tunreadGroup = serializers.ListField(
        child=serializers.CharField(), help_text="Threads in which an unread reply mentions @all or @here."
    )
    ts = Timestamp()
    ls = Timestamp()
    f = serializers.BooleanField()
    roles = serializers.ListField(child=serializers.CharField())
    ignored = serializers.ListField(child=serializers.CharField())
    archived = serializers.BooleanField()
    userHighlights = serializers.ListField(child=serializers.CharField())
    disableNotifications = serializers.BooleanField()
    muteGroupMentions = serializers.BooleanField()
    hideUnreadStatus = serializers.BooleanField()
    hideMentionStatus = serializers.BooleanField()
    desktopNotifications = level()
    mobilePushNotifications = level()
    emailNotifications = level()
    desktopPrefOrigin = origin()
    mobilePrefOrigin = origin()
    emailPrefOrigin = origin()
    audioNotifications = level()
    audioNotificationValue = serializers.CharField(required=False)
    desktopNotificationDuration = serializers.CharField(required=False)
    unreadAlert = level()
    _updatedAt = Timestamp()


class EndedObject(Result):
    """A subscription that has ended."""

    _id = serializers.CharField()
    _deletedAt = Timestamp()


class SinceParams(Params):
    """The time since which to return changes."""

    updatedSince = TimestampParam(
        required=False, help_text="Return only subscriptions that changed or ended since then."
    )


class SubscriptionsResult(SuccessResult):
    """Current subscriptions, and subscriptions that have ended."""

    update = SubscriptionObject(many=True)  # type: ignore[assignment]
    remove = EndedObject(many=True)


class GetOneParams(Params):
    """The room."""

    roomId = TextParam()


class SubscriptionResult(SuccessResult):
    """The caller's subscription to the room; null if the caller is not in the room."""

    subscription = SubscriptionObject(allow_null=True)


class SubscriptionsGetApi(Api):
    @endpoint(
        params=SinceParams,
        result=SubscriptionsResult,
        summary="The caller's subscriptions",
        description="With `updatedSince`, returns only subscriptions that changed since then (including changes of the "
        "room or of the account's preferences), and the ids of subscriptions that ended since then.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        user, since = caller_of(request), params.get("updatedSince")
        ended = subscriptions_ended(user, since) if since else []
        return {
            "update": subscriptions_json(user, subscriptions_changed(user, since)),
            "remove": [{"_id": row.values["public_id"], "_deletedAt": row.at} for row in ended],
        }


class SubscriptionsGetOneApi(Api):
    @endpoint(params=GetOneParams, result=SubscriptionResult, summary="The caller's subscription to one room")
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        user = caller_of(request)
        row = subscription_by_room_id(user, params["roomId"])
        subscriptions = subscriptions_json(user, Subscription.objects.filter(pk=row.pk)) if row else [None]
        return {"subscription": subscriptions[0]}
