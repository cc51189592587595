"""The differences between the endpoints of channels and private groups, and their common parameters and results."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rest_framework.request import Request

from workspace.api.base import Result, SuccessResult, caller_of
from workspace.api.paging import PageResult
from workspace.api.params import FlagParam, ListParam, Params, TextParam
from workspace.api.rooms.any_type import RoomParams, room_from_params
from workspace.api.rooms.members import MembersParams
from workspace.api.rooms.objects import RoomObject, room_of
from workspace.api.rooms.people import MAX_PEOPLE, PeopleParams
from workspace.errors import ApplicationError
from workspace.models import Room, RoomType

NAME_MISSING = 'Body param "name" is required'


class RoomCreateParams(Params):
    """The room to create."""

    name = TextParam(max_length=255)
    members = ListParam(child=TextParam(), required=False, max_length=MAX_PEOPLE, help_text="Usernames.")
    readOnly = FlagParam(required=False)
    excludeSelf = FlagParam(required=False, help_text="The caller does not become a member.")


class GroupCreateParams(RoomCreateParams):
    """The private group to create."""

    missing_errors = {"name": ApplicationError(NAME_MISSING, NAME_MISSING)}


class RoomInviteParams(PeopleParams):
    """The users to add, and the room."""

    roomId = TextParam()


class RoomJoinParams(Params):
    """The channel to join."""

    roomId = TextParam()
    joinCode = TextParam(required=False, allow_null=True, allow_blank=True, help_text="Some channels require it.")


class RoomMembersParams(RoomParams, MembersParams):
    """The room, and filters for its members."""


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
    """The endpoints of one type of room. `name` is the key of a room in responses."""

    room_type: RoomType
    name: str
    words: str
    listed: str
    create_params: type[Params]
    result: type[Result]
    page: type[Result]

    def room_result(self, room: Room) -> dict[str, Any]:
        """Return the response with the room."""
        return {self.name: room_of(room)}

    def find_room(self, request: Request, params: dict[str, Any]) -> Room:
        """Return the room of this type from the parameters, if the caller may read it."""
        return room_from_params(caller_of(request), params, self.room_type)

    def find_open_room(self, request: Request, params: dict[str, Any]) -> Room:
        """Return the room like :func:`find_room`; raises `error-room-archived` for an archived one."""
        room = self.find_room(request, params)
        if room.is_archived:
            raise ApplicationError("error-room-archived", f"The {self.words}, {room.name}, is archived")
        return room


CHANNELS = Kind(
    room_type=RoomType.CHANNEL,
    name="channel",
    words="channel",
    listed="All channels or, if the caller may not view channels, those that they are in.",
    create_params=RoomCreateParams,
    result=ChannelResult,
    page=ChannelsPage,
)
GROUPS = Kind(
    room_type=RoomType.PRIVATE,
    name="group",
    words="private group",
    listed="The groups that the caller is in.",
    create_params=GroupCreateParams,
    result=GroupResult,
    page=GroupsPage,
)
