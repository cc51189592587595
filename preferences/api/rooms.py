"""A member's preferences for one room."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework.request import Request

from preferences.api.accounts import ExactParams
from preferences.api.values import Field, SoundParam, param_of
from preferences.keys import ROOM_FIELDS, room_fields
from preferences.services.rooms import room_preferences_save, sender_ignore
from workspace.api.base import Api, caller_of, endpoint
from workspace.api.params import Params, TextParam
from workspace.errors import ApplicationError
from workspace.models import Subscription, User
from workspace.selectors.rooms import room_not_found

ROOM_MISSING = "error-room-id-param-not-provided"
SENDER_MISSING = "error-user-id-param-not-provided"
NO_SUBSCRIPTION = "error-invalid-subscription"


class NotificationsParams(ExactParams):
    """Any of the room's preferences; `default` leaves one to the account."""

    def get_fields(self) -> dict[str, Field]:
        params = {key: param_of(field) for key, field in room_fields().items()}
        return {**params, "audioNotificationValue": SoundParam(required=False)}


class SaveNotificationParams(Params):
    """Which room, and what to change."""

    roomId = TextParam()
    notifications = NotificationsParams()


class IgnoreUserParams(Params):
    """Whose messages to ignore, and where."""

    missing_errors = {
        "rid": ApplicationError(ROOM_MISSING, 'The required "rid" param is missing.'),
        "userId": ApplicationError(SENDER_MISSING, 'The required "userId" param is missing.'),
    }

    rid = TextParam()
    userId = TextParam()
    ignore = TextParam(required=False, help_text="`false` in any case of letters ends it.")


def subscription_named(user: User, room_id: str) -> Subscription | None:
    """Return the user's subscription to the room with this public id."""
    return Subscription.objects.select_related("room").filter(user=user, room__public_id=room_id).first()


class SaveNotificationApi(Api):
    @endpoint(
        params=SaveNotificationParams,
        summary="Change a room's notification preferences",
        description="Only those that are named change. Switches are told as true, 1 or `1`; a sound with or without "
        "its name. A room that the caller is not in is as unknown as none.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        subscription = subscription_named(caller_of(request), params["roomId"])
        if subscription is None:
            raise room_not_found()
        chosen: Mapping[str, Any] = params["notifications"]
        room_preferences_save(subscription=subscription, **{ROOM_FIELDS[key]: chosen[key] for key in chosen})
        return {}


class IgnoreUserApi(Api):
    @endpoint(
        params=IgnoreUserParams,
        summary="Ignore somebody in a room",
        description=f"Their messages there notify the caller of nothing. `{NO_SUBSCRIPTION}` tells that one of the two "
        "is not in the room.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        subscription = subscription_named(caller_of(request), params["rid"])
        sender = User.objects.filter(public_id=params["userId"]).first()
        if subscription is None or sender is None or not subscription.room.subscriptions.filter(user=sender).exists():
            raise ApplicationError(NO_SUBSCRIPTION, "Invalid subscription")
        sender_ignore(subscription=subscription, sender=sender, ignore=params.get("ignore", "true").lower() != "false")
        return {}
