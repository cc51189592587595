"""The caller's subscriptions, with what they chose for each."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from preferences.api.objects import subscriptions_told
from preferences.api.rooms import subscription_named
from preferences.models import Level
from workspace.api.base import Api, Result, SuccessResult, caller_of, endpoint
from workspace.api.objects import PersonObject, Timestamp
from workspace.api.params import Params, TextParam, TimestampParam
from workspace.models import RoomType, Subscription
from workspace.selectors.subscriptions import subscriptions_changed, subscriptions_ended


def level() -> serializers.ChoiceField:
    """Return the declaration of a level that is missing where the default decides."""
    return serializers.ChoiceField(choices=Level.choices, required=False)


def origin() -> serializers.ChoiceField:
    """Return the declaration of where a level comes from: the room's own choice, or the account's."""
    return serializers.ChoiceField(choices=["subscription", "user"], required=False)


class SubscriptionObject(Result):
    """A member's relation to a room. What is missing is left to the workspace's default."""

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
        child=serializers.CharField(), help_text="Those of them in which an unread reply mentions the caller."
    )
    tunreadGroup = serializers.ListField(
        child=serializers.CharField(), help_text="Those of them in which an unread reply mentions @all or @here."
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


class GoneObject(Result):
    """A subscription that has ended."""

    _id = serializers.CharField()
    _deletedAt = Timestamp()


class SinceParams(Params):
    """All of them, or what has changed."""

    updatedSince = TimestampParam(required=False, help_text="Only what has changed since, and what is gone.")


class SubscriptionsResult(SuccessResult):
    """What there is, and what is gone."""

    update = SubscriptionObject(many=True)  # type: ignore[assignment]
    remove = GoneObject(many=True)


class GetOneParams(Params):
    """The room."""

    roomId = TextParam()


class SubscriptionResult(SuccessResult):
    """The caller's subscription to the room; null for a room that they are not in."""

    subscription = SubscriptionObject(allow_null=True)


class SubscriptionsGetApi(Api):
    @endpoint(
        params=SinceParams,
        result=SubscriptionsResult,
        summary="The caller's subscriptions",
        description="With `updatedSince`, those of which something has changed since, be it in the room or in the "
        "account's preferences, and the ids of those that have ended since.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        user, since = caller_of(request), params.get("updatedSince")
        gone = subscriptions_ended(user, since) if since else []
        return {
            "update": subscriptions_told(user, subscriptions_changed(user, since)),
            "remove": [{"_id": row.values["public_id"], "_deletedAt": row.at} for row in gone],
        }


class SubscriptionsGetOneApi(Api):
    @endpoint(params=GetOneParams, result=SubscriptionResult, summary="The caller's subscription to one room")
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        user = caller_of(request)
        found = subscription_named(user, params["roomId"])
        told = subscriptions_told(user, Subscription.objects.filter(pk=found.pk)) if found else [None]
        return {"subscription": told[0]}
