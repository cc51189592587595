"""Channels and private groups."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from workspace.api.base import Api, Result, SuccessResult, caller_of, endpoint
from workspace.api.objects import Moment, RoomObject, room_of, rooms_of
from workspace.api.params import FlagParam, ListParam, MomentParam, Params, TextParam
from workspace.errors import ApplicationError
from workspace.models import Room, RoomType, User
from workspace.selectors.accounts import users_by_ids, users_by_names
from workspace.selectors.rooms import room_not_found, room_readable_by
from workspace.selectors.subscriptions import rooms_changed, rooms_gone
from workspace.services.rooms import room_create, room_invite, room_join

NAME_MISSING = 'Body param "name" is required'
ROOM_MISSING = "error-roomid-param-not-provided"
MOST_PEOPLE = 1000


class RoomCreateParams(Params):
    """The room to make."""

    name = TextParam(max_length=255)
    members = ListParam(child=TextParam(), required=False, max_length=MOST_PEOPLE, help_text="Usernames.")
    readOnly = FlagParam(required=False)
    excludeSelf = FlagParam(required=False, help_text="The caller does not join.")


class GroupCreateParams(RoomCreateParams):
    """The private group to make."""

    told_missing = {"name": ApplicationError(NAME_MISSING, NAME_MISSING)}


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


class ChannelResult(SuccessResult):
    """A channel."""

    channel = RoomObject()


class GroupResult(SuccessResult):
    """A private group."""

    group = RoomObject()


def create(request: Request, type: RoomType, params: dict[str, Any]) -> Room:
    """Create the room that the parameters describe."""
    return room_create(
        creator=caller_of(request),
        type=type,
        name=params["name"],
        members=users_by_names(params.get("members", [])),
        is_read_only=params.get("readOnly", False),
        creator_joins=not params.get("excludeSelf", False),
    )


def room_of_type(user: User, type: RoomType, public_id: str) -> Room:
    """Return the room; one of another type is as unknown as none."""
    room = room_readable_by(user=user, public_id=public_id)
    if room.type != type:
        raise room_not_found()
    return room


def invite(request: Request, type: RoomType, params: dict[str, Any]) -> Room:
    """Let the people into the room that the parameters name."""
    inviter = caller_of(request)
    room = room_of_type(inviter, type, params["roomId"])
    ids = [params["userId"]] if "userId" in params else params["userIds"]
    room_invite(inviter=inviter, room=room, users=users_by_ids(ids))
    return room


class RoomsGetParams(Params):
    """All of them, or what has changed."""

    updatedSince = MomentParam(required=False, help_text="Only what has changed since, and what is gone.")


class RoomGoneObject(Result):
    """A room that the caller is not in any more."""

    _id = serializers.CharField()
    _deletedAt = Moment()


class RoomsResult(SuccessResult):
    """What there is, and what is gone."""

    update = RoomObject(many=True)  # type: ignore[assignment]
    remove = RoomGoneObject(many=True)


class RoomInfoParams(Params):
    """Which room."""

    roomId = TextParam(required=False)
    roomName = TextParam(required=False)


class RoomResult(SuccessResult):
    """A room."""

    room = RoomObject()


class RoomsGetApi(Api):
    @endpoint(
        params=RoomsGetParams,
        result=RoomsResult,
        summary="The caller's rooms",
        description="With `updatedSince`, those that have changed since or that the caller has joined since, and the "
        "ids of those that they have left since.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        user, since = caller_of(request), params.get("updatedSince")
        gone = rooms_gone(user, since) if since else {}
        return {
            "update": rooms_of(rooms_changed(user, since)),
            "remove": [{"_id": public_id, "_deletedAt": at} for public_id, at in gone.items()],
        }


class RoomsInfoApi(Api):
    @endpoint(
        params=RoomInfoParams,
        result=RoomResult,
        summary="A room",
        description="By `roomId` or `roomName`. One that the caller may not read is as unknown as none.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        if not params:
            raise ApplicationError(ROOM_MISSING, 'The parameter "roomId" or "roomName" is required')
        public_id, name = params.get("roomId", ""), params.get("roomName", "")
        return {"room": room_of(room_readable_by(user=caller_of(request), public_id=public_id, name=name))}


class ChannelsCreateApi(Api):
    @endpoint(params=RoomCreateParams, result=ChannelResult, summary="Create a channel")
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        return {"channel": room_of(create(request, RoomType.CHANNEL, params))}


class ChannelsInviteApi(Api):
    @endpoint(params=RoomInviteParams, result=ChannelResult, summary="Let others into a channel")
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        return {"channel": room_of(invite(request, RoomType.CHANNEL, params))}


class ChannelsJoinApi(Api):
    @endpoint(params=RoomJoinParams, result=ChannelResult, summary="Join a channel")
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        user = caller_of(request)
        room = room_of_type(user, RoomType.CHANNEL, params["roomId"])
        room_join(user=user, room=room)
        return {"channel": room_of(room)}


class GroupsCreateApi(Api):
    @endpoint(params=GroupCreateParams, result=GroupResult, summary="Create a private group")
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        return {"group": room_of(create(request, RoomType.PRIVATE, params))}


class GroupsInviteApi(Api):
    @endpoint(params=RoomInviteParams, result=GroupResult, summary="Let others into a private group")
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        return {"group": room_of(invite(request, RoomType.PRIVATE, params))}
