"""API endpoints for apps to fetch a notification's content and to confirm its receipt."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from push.models.devices import TOKEN_MAX_LENGTH
from push.selectors.content import message_readable_by, notification_content
from push.selectors.devices import session_devices
from push.sending.receipts import message_received
from workspace.api.base import Api, Result, SuccessResult, caller_of, endpoint, session_of
from workspace.api.messages.objects import MessageObject, message_of
from workspace.api.objects import PersonObject
from workspace.api.params import Params, TextParam
from workspace.api.throttling import Rate
from workspace.errors import ApplicationError
from workspace.models import RoomType

# A phone that reconnects fetches everything it missed, with up to five attempts each.
RATE = Rate(300, 60_000)
PRIORITY = 10
MISSING_ID = "Match error: Missing key 'id'"


class MessageParams(Params):
    """The message."""

    missing_errors = {"id": ApplicationError(MISSING_ID, MISSING_ID)}

    id = TextParam(max_length=255, help_text="The message id from the push.")


class ReceiptParams(MessageParams):
    """The message whose push was received."""

    token = TextParam(
        required=False,
        max_length=TOKEN_MAX_LENGTH,
        help_text="The device's token (or endpoint), if the session has registered several devices.",
    )


class PayloadObject(Result):
    """The data with which an app opens the message."""

    host = serializers.CharField()
    rid = serializers.CharField()
    type = serializers.ChoiceField(choices=RoomType.choices)
    messageId = serializers.CharField()
    notificationType = serializers.CharField()
    name = serializers.CharField(required=False)
    sender = PersonObject(required=False)
    senderName = serializers.CharField(required=False)
    tmid = serializers.CharField(required=False)
    messageType = serializers.CharField(required=False)
    msg = serializers.CharField(required=False)
    content = serializers.DictField(required=False)


class GoogleObject(Result):
    """Options for apps on Android only."""

    style = serializers.CharField()  # type: ignore[assignment]
    image = serializers.CharField()


class AppleObject(Result):
    """Options for apps on iOS only."""

    category = serializers.CharField()


class NotificationObject(Result):
    """The notification."""

    # `from` is a Python keyword, so the field is added below.
    badge = serializers.IntegerField()
    sound = serializers.CharField()
    priority = serializers.IntegerField()
    title = serializers.CharField()
    text = serializers.CharField()
    payload = PayloadObject()
    userId = serializers.CharField()
    notId = serializers.IntegerField()
    gcm = GoogleObject()
    apn = AppleObject()

    def get_fields(self) -> dict[str, Any]:
        return {"from": serializers.CharField(), **super().get_fields()}


class ContentObject(Result):
    """The message and its notification."""

    message = MessageObject()
    notification = NotificationObject()


class ContentResult(SuccessResult):
    """The full content of a push that contains only the message's id."""

    data = ContentObject()  # type: ignore[assignment]


class PushGetApi(Api):
    """`GET push.get`"""

    rate = RATE
    is_background = True

    @endpoint(
        params=MessageParams,
        result=ContentResult,
        summary="Fetch the content of a notification",
        description="Requires access to the message's room; otherwise `error-message-not-found` or "
        "`error-not-allowed`. May be called repeatedly. If the session has registered a device, the call confirms the "
        "receipt of the push.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        user = caller_of(request)
        message, subscription = message_readable_by(user=user, public_id=params["id"])
        devices = session_devices(user=user, session_digest=session_of(request).digest)
        message_received(user=user, message=message, devices=devices)
        content = notification_content(user=user, message=message, subscription=subscription)
        return {"data": {"message": message_of(message, user), "notification": {**content, "priority": PRIORITY}}}


class PushAckApi(Api):
    """`POST push.ack`"""

    rate = RATE
    is_background = True

    @endpoint(
        params=ReceiptParams,
        summary="Confirm the receipt of a notification",
        description="Marks the push to the caller's device as received; the administration and the explanation show "
        "the time and the delay. Repeated calls, and calls for messages that were never pushed, have no effect. Not "
        "in Rocket.Chat's API.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        user = caller_of(request)
        message, _subscription = message_readable_by(user=user, public_id=params["id"])
        digest, token = session_of(request).digest, params.get("token", "")
        message_received(
            user=user, message=message, devices=session_devices(user=user, session_digest=digest, token=token)
        )
        return {}
