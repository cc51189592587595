"""The targets of a message, in the notations that clients use."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from workspace.errors import ApplicationError
from workspace.models import Message, Room, User
from workspace.selectors.accounts import user_by_id_or_name
from workspace.selectors.rooms import room_readable_by
from workspace.services.rooms import direct_room_open

MAX_TARGETS = 10
TEXT = {"type": "string", "minLength": 1}


@extend_schema_field({"oneOf": [TEXT, {"type": "array", "items": TEXT, "minItems": 1, "maxItems": MAX_TARGETS}]})
class TargetsParam(serializers.Field[list[str], Any, Any, Any]):
    """One target or a list of targets, each a room id, a room name, `#name`, or `@username`."""

    default_error_messages = {
        "type": "must be string,array",
        "empty": "must NOT have fewer than 1 characters",
        "too_many": f"must NOT have more than {MAX_TARGETS} items",
        "null": "must be string,array",
    }

    def to_internal_value(self, data: Any) -> list[str]:
        targets = data if isinstance(data, list) else [data]
        if not all(isinstance(target, str) for target in targets):
            self.fail("type")
        if not targets or not all(targets):
            self.fail("empty")
        if len(targets) > MAX_TARGETS:
            self.fail("too_many")
        return [serializers.CharField(trim_whitespace=False).run_validation(target) for target in targets]


def room_of_target(user: User, target: str) -> Room:
    """Return the target room; raises `invalid-channel` if the user does not know it."""
    try:
        if target.startswith("@"):
            return direct_room_open(creator=user, others=[user_by_id_or_name(username=target[1:])])
        if target.startswith("#"):
            return room_readable_by(user=user, name=target[1:])
        return room_by_id_else_name(user, target)
    except ApplicationError as error:
        if error.code in {"error-room-not-found", "error-invalid-user"}:
            raise ApplicationError("invalid-channel") from error
        raise


def room_by_id_else_name(user: User, target: str) -> Room:
    """Return the room with this id or, if there is none, with this name."""
    try:
        return room_readable_by(user=user, public_id=target)
    except ApplicationError:
        return room_readable_by(user=user, name=target)


def parent_of(room: Room, public_id: str | None) -> Message | None:
    """Return the message in the room to reply to, or None; raises `error-invalid-message` for an unknown one."""
    if public_id is None:
        return None
    parent = Message.objects.filter(room=room, public_id=public_id).first()
    if parent is None:
        raise ApplicationError("error-invalid-message", "Invalid message")
    return parent
