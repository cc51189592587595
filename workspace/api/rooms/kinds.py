"""What tells the endpoints of channels from those of private groups, and what both take and answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rest_framework.request import Request

from workspace.api.base import Result, SuccessResult, caller_of
from workspace.api.objects import RoomObject, room_of
from workspace.api.paging import PageResult
from workspace.api.params import FlagParam, ListParam, Params, TextParam
from workspace.api.rooms.any_type import RoomParams, room_from_params
from workspace.api.rooms.members import MembersParams
from workspace.errors import ApplicationError
from workspace.models import Room, RoomType

NAME_MISSING = 'Body param "name" is required'
MOST_PEOPLE = 1000


class RoomCreateParams(Params):
    """The room to make."""

    name = TextParam(max_length=255)
    members = ListParam(child=TextParam(), required=False, max_length=MOST_PEOPLE, help_text="Usernames.")
    readOnly = FlagParam(required=False)
    excludeSelf = FlagParam(required=False, help_text="The caller does not join.")


class GroupCreateParams(RoomCreateParams):
    """The private group to make."""

    missing_errors = {"name": ApplicationError(NAME_MISSING, NAME_MISSING)}


class RoomInviteParams(Params):
    """Whom to let into which room."""

    any_of = ("userId", "userIds")

    roomId = TextParam()
    userId = TextParam(required=False)
    userIds = ListParam(child=TextParam(), required=False, max_length=MOST_PEOPLE)


class RoomJoinParams(Params):
    """The channel to join."""

    roomId = TextParam()
    joinCode = TextParam(required=False, allow_null=True, allow_blank=True, help_text="Not used: no channel has one.")


class RoomMembersParams(RoomParams, MembersParams):
    """Which room, and which of its members."""


class ChannelResult(SuccessResult):
    """A channel."""

    channel = RoomObject()


class ChannelsPage(PageResult):
    """A page of channels."""

    channels = RoomObject(many=True)


class GroupResult(SuccessResult):
    """A private group."""

    group = RoomObject()


class GroupsPage(PageResult):
    """A page of private groups."""

    groups = RoomObject(many=True)


@dataclass(frozen=True, slots=True)
class Kind:
    """What the endpoints of one type of room differ in; `name` is what clients call such a room in their answers."""

    room_type: RoomType
    name: str
    words: str
    listed: str
    create_params: type[Params]
    result: type[Result]
    page: type[Result]

    def room_result(self, room: Room) -> dict[str, Any]:
        """Return the answer that holds the room."""
        return {self.name: room_of(room)}

    def find_room(self, request: Request, params: dict[str, Any]) -> Room:
        """Return the room of this type that the parameters name and the caller may read."""
        return room_from_params(caller_of(request), params, self.room_type)


CHANNELS = Kind(
    room_type=RoomType.CHANNEL,
    name="channel",
    words="channel",
    listed="All of them, or for those who may not view channels, the ones that they are in.",
    create_params=RoomCreateParams,
    result=ChannelResult,
    page=ChannelsPage,
)
GROUPS = Kind(
    room_type=RoomType.PRIVATE,
    name="group",
    words="private group",
    listed="Those that the caller is in.",
    create_params=GroupCreateParams,
    result=GroupResult,
    page=GroupsPage,
)
