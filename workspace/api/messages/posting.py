"""Posting messages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypedDict

from django.db import transaction
from rest_framework import serializers
from rest_framework.request import Request

from workspace.api.base import Api, SuccessResult, caller_of, endpoint
from workspace.api.errors import InvalidParamsError
from workspace.api.messages.objects import MessageObject, message_of
from workspace.api.messages.targets import TargetsParam, parent_of, room_of_target
from workspace.api.params import ChoiceParam, FlagParam, ListParam, ObjectParam, Params, TextParam
from workspace.api.throttling import Rate
from workspace.attachments import MAX_ATTACHMENTS, MAX_LENGTH
from workspace.errors import ApplicationError, NotAllowedError
from workspace.ids import PUBLIC_ID_LENGTH
from workspace.models import User
from workspace.models.messages import ENCRYPTED
from workspace.selectors.rooms import room_readable_by
from workspace.services.messages import message_post
from workspace.webhooks.messages import EMOJI_LENGTH, emoji_of
from workspace.webhooks.slack import PICTURE_LENGTH, picture_of

ALIAS_MAX_LENGTH = 255
AVATAR_HELP = "The address of a picture to post under. Requires the same permission as an alias."
EMOJI_HELP = "Shown instead of a picture, such as `:bell:`."
RID_MISSING = "The 'rid' property on the message object is missing."


class Appearance(TypedDict):
    """How the author of a message is shown."""

    alias: str
    avatar: str
    emoji: str


class AttachmentsParam(ListParam):
    """Attachments, stored unchanged: objects with `title`, `text`, `fallback` and other fields for clients."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(child=ObjectParam(), max_length=MAX_ATTACHMENTS, required=False, **kwargs)

    def to_internal_value(self, data: Any) -> list[dict[str, Any]]:
        attachments: list[dict[str, Any]] = super().to_internal_value(data)
        if len(json.dumps(attachments)) > MAX_LENGTH:
            raise InvalidParamsError([f"attachments must NOT have more than {MAX_LENGTH} characters as JSON"])
        return attachments


class PostMessageParams(Params):
    """The text to post, and the target."""

    any_of = ("roomId", "channel")

    roomId = TargetsParam(required=False)
    channel = TargetsParam(required=False)
    text = TextParam(required=False, allow_blank=True)
    alias = TextParam(required=False, max_length=ALIAS_MAX_LENGTH)
    avatar = TextParam(required=False, allow_blank=True, max_length=PICTURE_LENGTH, help_text=AVATAR_HELP)
    emoji = TextParam(required=False, allow_blank=True, max_length=EMOJI_LENGTH, help_text=EMOJI_HELP)
    attachments = AttachmentsParam()
    tmid = TextParam(required=False, help_text="The message to reply to in a thread.")


class PostMessageResult(SuccessResult):
    """The posted message; the first one if there were several targets."""

    ts = serializers.IntegerField(help_text="Epoch milliseconds.")
    channel = serializers.CharField(help_text="The target, as given in the request.")
    message = MessageObject()


class PostMessageApi(Api):
    @endpoint(
        params=PostMessageParams,
        result=PostMessageResult,
        summary="Post a message",
        description="Posts to one room or several, all or none. Without `text`, an empty message is posted, as "
        "clients expect. Returns when the message is stored; the worker decides later who is notified.",
    )
    @transaction.atomic
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        sender = caller_of(request)
        targets = params.get("roomId") or params["channel"]
        messages = []
        for target in targets:
            room = room_of_target(sender, target)
            messages.append(
                message_post(
                    sender=sender,
                    room=room,
                    text=params.get("text", ""),
                    attachments=params.get("attachments", []),
                    **appearance_of(sender, params),
                    parent=parent_of(room, params.get("tmid")),
                )
            )
        first = messages[0]
        return {
            "ts": int(first.sent_at.timestamp() * 1000),
            "channel": targets[0],
            "message": message_of(first, sender),
        }


class EncryptedContent(Params):
    """A text that only the recipients' devices can decrypt."""

    algorithm = TextParam(max_length=64)
    ciphertext = TextParam(max_length=100_000)
    kid = TextParam(required=False, max_length=255)
    iv = TextParam(required=False, max_length=255)


class MessageParams(Params):
    """The message."""

    missing_errors = {"rid": ApplicationError(RID_MISSING, RID_MISSING)}

    rid = TextParam(help_text="The room's id.")
    _id = TextParam(
        required=False,
        max_length=PUBLIC_ID_LENGTH,
        help_text="Chosen by the client (letters and digits). Posting the same id again changes nothing.",
    )
    msg = TextParam(required=False, allow_blank=True)
    tmid = TextParam(required=False, help_text="The message to reply to in a thread.")
    tshow = FlagParam(required=False, help_text="The reply is also shown in the room.")
    alias = TextParam(required=False, max_length=ALIAS_MAX_LENGTH)
    avatar = TextParam(required=False, allow_blank=True, max_length=PICTURE_LENGTH, help_text=AVATAR_HELP)
    emoji = TextParam(required=False, allow_blank=True, max_length=EMOJI_LENGTH, help_text=EMOJI_HELP)
    t = ChoiceParam(required=False, choices=[ENCRYPTED])
    content = EncryptedContent(required=False)
    attachments = AttachmentsParam()


class SendMessageParams(Params):
    """The message to post, as an object."""

    missing_errors = {"message": ApplicationError("error-invalid-params", 'The "message" parameter must be provided.')}

    message = MessageParams()


class SendMessageResult(SuccessResult):
    """The posted message."""

    message = MessageObject()


class SendMessageApi(Api):
    rate = Rate(5, 1000)

    @endpoint(
        params=SendMessageParams,
        result=SendMessageResult,
        summary="Post a message object",
        description="A message without `msg`, `content` and `attachments` is rejected with `error-invalid-params`.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        sender, fields = caller_of(request), params["message"]
        if not (fields.get("msg") or fields.get("content") or fields.get("attachments")):
            raise empty_message_error()
        try:
            room = room_readable_by(user=sender, public_id=fields["rid"])
        except ApplicationError as error:
            raise ApplicationError("error-invalid-room", "Invalid room") from error
        message = message_post(
            sender=sender,
            room=room,
            text=fields.get("msg", ""),
            public_id=fields.get("_id", ""),
            parent=parent_of(room, fields.get("tmid")),
            is_shown_in_room=fields.get("tshow", False),
            type=fields.get("t", ""),
            content=fields.get("content"),
            attachments=fields.get("attachments", []),
            **appearance_of(sender, fields),
        )
        return {"message": message_of(message, sender)}


def appearance_of(sender: User, given: Mapping[str, Any]) -> Appearance:
    """Return the alias, picture and emoji to post under.

    Raises `error-not-allowed` if the sender may not use an alias or picture. A picture takes precedence over an emoji.
    """
    alias, avatar = given.get("alias", ""), picture_of(given, "avatar")
    if (alias or avatar) and not sender.has_perm("workspace.message_impersonate"):
        raise NotAllowedError()
    return {"alias": alias, "avatar": avatar, "emoji": "" if avatar else emoji_of(given.get("emoji", ""))}


def empty_message_error() -> ApplicationError:
    """Return the error for a message without text and content."""
    return ApplicationError("error-invalid-params", "The message is empty.")
