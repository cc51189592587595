"""Parameters and results of the endpoints for settings of rooms."""

from __future__ import annotations

from rest_framework import serializers

from workspace.api.base import SuccessResult
from workspace.api.params import FlagParam, ObjectParam, SpeltFlag, TextParam
from workspace.api.rooms.any_type import RoomParams
from workspace.errors import ApplicationError

TEXT_LENGTH = 5000


def text_only(text: str) -> ApplicationError:
    """Return an error that clients know by its text."""
    return ApplicationError(text, text)


def missing(name: str) -> ApplicationError:
    """Return the error for a missing parameter."""
    return text_only(f'The bodyParam "{name}" is required')


class RoomNameParams(RoomParams):
    """The room, and its new name."""

    missing_errors = {"name": missing("name")}

    name = TextParam(max_length=255)


class RoomTopicParams(RoomParams):
    """The room, and its new topic; an empty one removes it."""

    missing_errors = {"topic": missing("topic")}

    topic = TextParam(max_length=1000, allow_blank=True)


class RoomDescriptionParams(RoomParams):
    """The room, and its new description; an empty one removes it."""

    missing_errors = {"description": missing("description")}

    description = TextParam(max_length=TEXT_LENGTH, allow_blank=True)


class RoomPurposeParams(RoomParams):
    """The room, and its new description, under its older name."""

    missing_errors = {"purpose": missing("purpose")}

    purpose = TextParam(max_length=TEXT_LENGTH, allow_blank=True)


class RoomAnnouncementParams(RoomParams):
    """The room, and its new announcement; an empty one removes it."""

    missing_errors = {"announcement": missing("announcement")}

    announcement = TextParam(max_length=TEXT_LENGTH, allow_blank=True)


class RoomReadOnlyParams(RoomParams):
    """The room, and whether only some members may post."""

    missing_errors = {"readOnly": missing("readOnly")}

    readOnly = FlagParam()


class RoomTypeParams(RoomParams):
    """The room, and its new type: `c` for a channel, `p` for a private group."""

    missing_errors = {"type": missing("type")}

    type = TextParam()


class RoomDefaultParams(RoomParams):
    """The channel, and whether new accounts join it."""

    missing_errors = {"default": missing("default")}

    default = SpeltFlag()


class RoomJoinCodeParams(RoomParams):
    """The channel, and the code for joining it."""

    missing_errors = {"joinCode": missing("joinCode")}

    joinCode = TextParam(max_length=255)


class RoomCustomFieldsParams(RoomParams):
    """The room, and the data that clients store with it."""

    missing_errors = {"customFields": text_only('The bodyParam "customFields" is required with a type like object.')}

    customFields = ObjectParam()


class RoomTopicResult(SuccessResult):
    """The new topic."""

    topic = serializers.CharField()


class RoomDescriptionResult(SuccessResult):
    """The new description."""

    description = serializers.CharField()


class RoomPurposeResult(SuccessResult):
    """The new description, under its older name."""

    purpose = serializers.CharField()


class RoomAnnouncementResult(SuccessResult):
    """The new announcement."""

    announcement = serializers.CharField()
