"""API endpoints for a member's preferences for one room."""

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
    """The room's preferences to change; `default` restores the account's preference."""

    def get_fields(self) -> dict[str, Field]:
        params = {key: param_of(field) for key, field in room_fields().items()}
        return {**params, "audioNotificationValue": SoundParam(required=False)}


class SaveNotificationParams(Params):
    """The room, and the preferences to change."""

    roomId = TextParam()
    notifications = NotificationsParams()


class IgnoreUserParams(Params):
    """The room, and the sender to ignore."""

    missing_errors = {
        "rid": ApplicationError(ROOM_MISSING, 'The required "rid" param is missing.'),
        "userId": ApplicationError(SENDER_MISSING, 'The required "userId" param is missing.'),
    }

    rid = TextParam()
    userId = TextParam()
    ignore = TextParam(required=False, help_text="`false` (in upper or lower case) stops ignoring.")


def subscription_by_room_id(user: User, room_id: str) -> Subscription | None:
    """Return the user's subscription to the room with this public id."""
    return Subscription.objects.select_related("room").filter(user=user, room__public_id=room_id).first()


class SaveNotificationApi(Api):
    @endpoint(
        params=SaveNotificationParams,
        summary="Change a room's notification preferences",
        description="Changes only the given preferences. Switches accept true, 1 or `1`; a sound may include its name. "
        "For a room that the caller is not in, the error is the same as for an unknown room.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        subscription = subscription_by_room_id(caller_of(request), params["roomId"])
        if subscription is None:
            raise room_not_found()
        chosen: Mapping[str, Any] = params["notifications"]
        room_preferences_save(subscription=subscription, **{ROOM_FIELDS[key]: chosen[key] for key in chosen})
        return {}


class IgnoreUserApi(Api):
    @endpoint(
        params=IgnoreUserParams,
        summary="Ignore a user in a room",
        description=f"Messages of this user in the room do not notify the caller. `{NO_SUBSCRIPTION}` means "
        f"that one of "
        "the two is not in the room.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        subscription = subscription_by_room_id(caller_of(request), params["rid"])
        sender = User.objects.filter(public_id=params["userId"]).first()
        if subscription is None or sender is None or not subscription.room.subscriptions.filter(user=sender).exists():
            raise ApplicationError(NO_SUBSCRIPTION, "Invalid subscription")
        sender_ignore(subscription=subscription, sender=sender, ignore=params.get("ignore", "true").lower() != "false")
        return {}
