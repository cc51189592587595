"""Roles of members in channels and private groups, and removing members."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from workspace.api.base import Api, Result, SuccessResult, caller_of, endpoint
from workspace.api.objects import PersonObject, person_of
from workspace.api.rooms.any_type import RoomParams
from workspace.api.rooms.kinds import CHANNELS, GROUPS, Kind
from workspace.api.rooms.people import RoomPersonParams, person_from_params
from workspace.permissions import LEADER, MODERATOR, OWNER
from workspace.selectors.room_roles import members_with_roles
from workspace.services.room_changes.members import member_kick
from workspace.services.room_changes.roles import room_role_give, room_role_withdraw


class RoleHolderObject(Result):
    """A member with roles in a room."""

    _id = serializers.CharField(help_text="The id of the subscription.")
    rid = serializers.CharField()
    u = PersonObject()
    roles = serializers.ListField(child=serializers.ChoiceField(choices=[OWNER, MODERATOR, LEADER]))


class RoomRolesResult(SuccessResult):
    """The members with roles."""

    roles = RoleHolderObject(many=True)


class ModeratorsResult(SuccessResult):
    """The moderators."""

    moderators = PersonObject(many=True)


def give_api(role: str, kind: Kind) -> type[Api]:
    """Return the endpoint that gives a member a role."""

    class GiveApi(Api):
        @endpoint(
            params=RoomPersonParams,
            summary=f"Make a member of a {kind.words} its {role}",
            description=f"`error-not-allowed`: the caller may not. `error-user-not-in-room`: the user is not a member. "
            f"`error-user-already-{role}`: the user has the role.",
        )
        def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
            room = kind.find_open_room(request, params)
            room_role_give(giver=caller_of(request), room=room, user=person_from_params(params), role=role)
            return {}

    return GiveApi


def withdraw_api(role: str, kind: Kind) -> type[Api]:
    """Return the endpoint that withdraws a role."""

    class WithdrawApi(Api):
        @endpoint(
            params=RoomPersonParams,
            summary=f"Withdraw the role {role} from a member of a {kind.words}",
            description="`error-not-allowed`: the caller may not. `error-user-not-in-room`: the user is not a member. "
            f"`error-user-not-{role}`: the user does not have the role."
            + (" `error-remove-last-owner`: the room would have no owner." if role == OWNER else ""),
        )
        def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
            room, user = kind.find_open_room(request, params), person_from_params(params)
            room_role_withdraw(withdrawer=caller_of(request), room=room, user=user, role=role)
            return {}

    return WithdrawApi


def roles_api(kind: Kind) -> type[Api]:
    """Return the endpoint that lists the members with roles."""

    class RolesApi(Api):
        @endpoint(
            params=RoomParams, result=RoomRolesResult, summary=f"The owners, moderators and leaders of a {kind.words}"
        )
        def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
            room = kind.find_open_room(request, params)
            return {
                "roles": [
                    {"_id": row.public_id, "rid": room.public_id, "u": person_of(row.user), "roles": row.roles}
                    for row in members_with_roles(room)
                ]
            }

    return RolesApi


def moderators_api(kind: Kind) -> type[Api]:
    """Return the endpoint that lists the moderators."""

    class ModeratorsApi(Api):
        @endpoint(params=RoomParams, result=ModeratorsResult, summary=f"The moderators of a {kind.words}")
        def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
            members = members_with_roles(kind.find_open_room(request, params))
            return {"moderators": [person_of(row.user) for row in members if row.is_moderator]}

    return ModeratorsApi


def kick_api(kind: Kind) -> type[Api]:
    """Return the endpoint that removes a member."""

    class KickApi(Api):
        @endpoint(
            params=RoomPersonParams,
            result=kind.result,
            summary=f"Remove a member from a {kind.words}",
            description="Also removes the member's queued notifications of the room. `error-not-allowed`: the caller "
            "may not. `error-user-not-in-room`: the user is not a member. `error-you-are-last-owner`: the room would "
            "have no owner.",
        )
        def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
            room = kind.find_open_room(request, params)
            member_kick(kicker=caller_of(request), room=room, user=person_from_params(params))
            return kind.room_result(room)

    return KickApi


ENDPOINTS: dict[str, Callable[[Kind], type[Api]]] = {
    "roles": roles_api,
    "moderators": moderators_api,
    "kick": kick_api,
    **{f"add{role.capitalize()}": partial(give_api, role) for role in (OWNER, MODERATOR, LEADER)},
    **{f"remove{role.capitalize()}": partial(withdraw_api, role) for role in (OWNER, MODERATOR, LEADER)},
}

ROLE_ENDPOINTS: dict[str, type[Api]] = {
    f"v1/{kind.name}s.{name}": make(kind) for kind in (CHANNELS, GROUPS) for name, make in ENDPOINTS.items()
}
