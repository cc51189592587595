"""Rooms of any type: muting members, and who is a member."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request

from workspace.api.base import Api, SuccessResult, caller_of, endpoint
from workspace.api.paging import PageResult, page_of
from workspace.api.params import Params, TextParam
from workspace.api.rooms.any_type import RoomParams, room_from_params
from workspace.api.rooms.members import STATUSES, MemberObject, MembersParams, member_objects
from workspace.api.rooms.people import person_from_params
from workspace.api.rooms.setting_params import text_only
from workspace.errors import ApplicationError, UnauthorizedError
from workspace.permissions import LEADER, MODERATOR, OWNER
from workspace.selectors.accounts import user_by_id_or_name
from workspace.selectors.directory import members_by_role
from workspace.selectors.rooms import can_read, room_by_id_or_name, subscription_of
from workspace.services.room_changes.members import member_mute, member_unmute


class MuteParams(Params):
    """The room, and the member."""

    any_of = ("userId", "username")

    roomId = TextParam()
    userId = TextParam(required=False)
    username = TextParam(required=False)


class IsMemberParams(MuteParams):
    """The room, and the user."""


class IsMemberResult(SuccessResult):
    """Whether the user is a member."""

    isMember = serializers.BooleanField()


class NameExistsParams(Params):
    """The name."""

    roomName = TextParam()


class NameExistsResult(SuccessResult):
    """Whether a room has the name."""

    exists = serializers.BooleanField()


class OrderedMembersParams(RoomParams, MembersParams):
    """The channel or group, and filters for its members."""


class RoomMemberObject(MemberObject):
    """A member with the roles in the room."""

    roles = serializers.ListField(child=serializers.ChoiceField(choices=[OWNER, MODERATOR, LEADER]), required=False)


class OrderedMembersPage(PageResult):
    """A page of members, by role."""

    members = RoomMemberObject(many=True)


class MuteUserApi(Api):
    @endpoint(
        params=MuteParams,
        summary="Stop a member from posting",
        description="`error-not-allowed`: the caller may not. `error-user-not-in-room`: the user is not a member. "
        "`error-invalid-room-type`: it is a direct room.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        user = person_from_params(params)
        member_mute(muter=caller_of(request), room=room_from_params(caller_of(request), params), user=user)
        return {}


class UnmuteUserApi(Api):
    @endpoint(
        params=MuteParams,
        summary="Let a member post again",
        description="In a read-only room, the member may then post although others may not. The errors are those of "
        "`rooms.muteUser`.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        user = person_from_params(params)
        member_unmute(unmuter=caller_of(request), room=room_from_params(caller_of(request), params), user=user)
        return {}


class IsMemberApi(Api):
    @endpoint(
        params=IsMemberParams,
        result=IsMemberResult,
        summary="Whether a user is in a room",
        description="`unauthorized`: the user may not read the room.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        room = room_from_params(caller_of(request), params)
        try:
            user = user_by_id_or_name(public_id=params.get("userId", ""), username=params.get("username", ""))
        except ApplicationError as error:
            raise text_only("error-user-not-found") from error
        if not can_read(user=user, room=room):
            raise UnauthorizedError()
        return {"isMember": subscription_of(user=user, room=room) is not None}


class NameExistsApi(Api):
    @endpoint(params=NameExistsParams, result=NameExistsResult, summary="Whether a room has a name")
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        try:
            room_by_id_or_name(name=params["roomName"])
        except ApplicationError:
            return {"exists": False}
        return {"exists": True}


class MembersOrderedByRoleApi(Api):
    @endpoint(
        params=OrderedMembersParams,
        result=OrderedMembersPage,
        summary="Members of a channel or private group, by role",
        description="Owners first, then moderators and others, each by username. `error-room-type-not-supported`: it "
        "is a direct room.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        room = room_from_params(caller_of(request), params)
        if room.is_direct:
            raise text_only("error-room-type-not-supported")
        order: Mapping[str, int] = params.get("sort", {})
        members = members_by_role(
            room,
            at=timezone.now(),
            words=params.get("filter", ""),
            statuses=params.get(STATUSES, ()),
            descending=order.get("username") == -1,
        )
        return page_of(members, params, name="members", represent=members_with_roles)


def members_with_roles(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the members with their roles as API objects."""
    members = list(rows)
    return [
        {**member, "roles": [role for role in (OWNER, MODERATOR, LEADER) if row[f"is_{role}"]] or None}
        for row, member in zip(members, member_objects(members), strict=True)
    ]


MODERATION_ENDPOINTS: dict[str, type[Api]] = {
    "v1/rooms.muteUser": MuteUserApi,
    "v1/rooms.unmuteUser": UnmuteUserApi,
    "v1/rooms.isMember": IsMemberApi,
    "v1/rooms.nameExists": NameExistsApi,
    "v1/rooms.membersOrderedByRole": MembersOrderedByRoleApi,
}
