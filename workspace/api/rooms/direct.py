"""Direct messages. Each of these endpoints has two names, such as `dm.create` and `im.create`."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from workspace.api.base import Api, Result, SuccessResult, caller_of, endpoint
from workspace.api.paging import PageResult, PagingParams
from workspace.api.params import Params, TextParam
from workspace.api.rooms.any_type import room_from_params, rooms_page
from workspace.api.rooms.history import direct_room_for, direct_room_found
from workspace.api.rooms.members import MembersPage, MembersParams, members_page
from workspace.api.rooms.objects import RoomObject
from workspace.errors import ApplicationError, NotAllowedError
from workspace.models import RoomType, User
from workspace.selectors.accounts import users_by_names
from workspace.selectors.room_search import may_administer_rooms
from workspace.selectors.rooms import can_read
from workspace.services.room_changes.settings import room_topic_change
from workspace.services.room_changes.state import room_delete
from workspace.services.rooms import direct_room_open, room_show


class DirectCreateParams(Params):
    """The other members."""

    one_of = ("username", "usernames")

    username = TextParam(required=False)
    usernames = TextParam(required=False, help_text="Several usernames, separated by commas.")


class DirectRoomObject(Result):
    """A direct room."""

    _id = serializers.CharField()
    rid = serializers.CharField()
    t = serializers.CharField()
    usernames = serializers.ListField(child=serializers.CharField())


class DirectResult(SuccessResult):
    """A direct room."""

    room = DirectRoomObject()


class DirectOpenParams(Params):
    """The direct room."""

    missing_errors = {"roomId": ApplicationError("error-room-param-not-provided", 'Body param "roomId" is required')}

    roomId = TextParam()


class DirectMembersParams(MembersParams):
    """The direct room, and filters for its members."""

    roomId = TextParam()


class DirectPage(PageResult):
    """A page of direct rooms."""

    ims = RoomObject(many=True)


class DirectCreateApi(Api):
    @endpoint(
        params=DirectCreateParams,
        result=DirectResult,
        summary="Open a direct room",
        description="Returns the existing room of these users, or a new one.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        names = [params["username"]] if "username" in params else params["usernames"].split(",")
        room = direct_room_open(creator=caller_of(request), others=people_of(names))
        members = User.objects.filter(subscriptions__room=room).order_by("username")
        described = {
            "_id": room.public_id,
            "rid": room.public_id,
            "t": room.type,
            "usernames": [member.username for member in members],
        }
        return {"room": described}


class DirectListApi(Api):
    @endpoint(
        params=PagingParams,
        result=DirectPage,
        summary="The caller's direct rooms",
        description="The most recently active first, or sorted by `ts`, `lm` or `msgs`.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        return rooms_page(caller_of(request), params, RoomType.DIRECT, name="ims", default={"lm": -1})


class DirectMembersApi(Api):
    @endpoint(params=DirectMembersParams, result=MembersPage, summary="Members of a direct room")
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        return members_page(room_from_params(caller_of(request), params, RoomType.DIRECT), params)


class DirectOpenApi(Api):
    @endpoint(
        params=DirectOpenParams,
        summary="Show a direct room in the caller's list",
        description="If it is already shown, nothing changes.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        user = caller_of(request)
        room_show(user=user, room=room_from_params(user, params, RoomType.DIRECT))
        return {}


class DirectDeleteParams(Params):
    """The direct room, by id or by its only other member."""

    one_of = ("roomId", "username")

    roomId = TextParam(required=False)
    username = TextParam(required=False)


class DirectTopicParams(Params):
    """The direct room, and its new topic; an empty one removes it."""

    roomId = TextParam()
    topic = TextParam(required=False, allow_null=True, allow_blank=True, max_length=1000)


class DirectTopicResult(SuccessResult):
    """The new topic."""

    topic = serializers.CharField(required=False)


class DirectDeleteApi(Api):
    @endpoint(
        params=DirectDeleteParams,
        summary="Delete a direct room",
        description="With its memberships, the texts of its messages and queued notifications. `error-not-allowed`: "
        "the caller does not have the permission `delete-d`.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        user = caller_of(request)
        room = direct_room_found(user, params)
        if not (can_read(user=user, room=room) or may_administer_rooms(user)):
            raise NotAllowedError()
        room_delete(deleter=user, room=room)
        return {}


class DirectSetTopicApi(Api):
    @endpoint(
        params=DirectTopicParams,
        result=DirectTopicResult,
        summary="Change the topic of a direct room",
        description="`error-action-not-allowed`: the caller does not have the permission `edit-room`. `unauthorized`: "
        "the caller is not in the room.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        room = direct_room_for(caller_of(request), params)
        room_topic_change(editor=caller_of(request), room=room, topic=params.get("topic") or "")
        return {"topic": params.get("topic")}


def people_of(names: list[str]) -> list[User]:
    """Return the accounts; raises the error that clients expect for an unknown one."""
    try:
        return users_by_names([name.strip() for name in names])
    except ApplicationError as error:
        error.details = {"method": "createDirectMessage"}
        raise


ENDPOINTS: dict[str, type[Api]] = {
    "create": DirectCreateApi,
    "list": DirectListApi,
    "members": DirectMembersApi,
    "open": DirectOpenApi,
    "delete": DirectDeleteApi,
    "setTopic": DirectSetTopicApi,
}

DIRECT_ENDPOINTS: dict[str, type[Api]] = {
    f"v1/{prefix}.{name}": view for prefix in ("dm", "im") for name, view in ENDPOINTS.items()
}
