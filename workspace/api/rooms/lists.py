"""Lists of channels, groups and direct rooms beyond the caller's own, and adding all accounts to a room."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request

from workspace.api.base import Api, PublicApi, caller_of, endpoint
from workspace.api.messages.reading import MessagesPage
from workspace.api.paging import PagingParams, ordering_of, page_of
from workspace.api.params import SpeltFlag, TextParam
from workspace.api.rooms.any_type import SORTED_BY, RoomParams
from workspace.api.rooms.direct import DirectPage
from workspace.api.rooms.kinds import CHANNELS, GROUPS, ChannelsPage, GroupsPage, Kind
from workspace.api.rooms.objects import rooms_of
from workspace.errors import ApplicationError, NotAllowedError
from workspace.models import Room, RoomType
from workspace.selectors.directory import rooms_joined
from workspace.selectors.room_search import ADMINISTER_ROOMS
from workspace.services.room_changes.members import members_add_all


class AddAllParams(RoomParams):
    """The room, and which accounts."""

    activeUsersOnly = SpeltFlag(required=False, default=False)


class AnonymousReadParams(RoomParams, PagingParams):
    """The channel."""


class OthersMessagesParams(PagingParams):
    """The direct room."""

    missing_errors = {
        "roomId": ApplicationError("error-roomid-param-not-provided", 'The parameter "roomId" is required')
    }

    roomId = TextParam()


def all_rooms_page(type: RoomType, params: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the requested page of all rooms of the type."""
    rooms = Room.objects.filter(type=type, deleted_at=None).select_related("creator")
    order = ordering_of(params, SORTED_BY, default={"name": 1})
    return page_of(rooms.order_by(*order), params, name=name, represent=rooms_of)


def add_all_api(kind: Kind) -> type[Api]:
    """Return the endpoint that adds all accounts to a room."""

    class AddAllApi(Api):
        @endpoint(
            params=AddAllParams,
            result=kind.result,
            permission="workspace.add_all_to_room",
            summary=f"Add all accounts to a {kind.words}",
            description="`error-user-limit-exceeded`: there are more than 10,000.",
        )
        def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
            room = kind.find_open_room(request, params)
            members_add_all(adder=caller_of(request), room=room, active_only=params["activeUsersOnly"])
            return kind.room_result(room)

    return AddAllApi


class ChannelsJoinedApi(Api):
    @endpoint(
        params=PagingParams,
        result=ChannelsPage,
        summary="The channels that the caller is in",
        description="Ordered by name, or sorted by `name`, `ts`, `lm`, `msgs` or `usersCount`.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        rooms = rooms_joined(caller_of(request), RoomType.CHANNEL)
        order = ordering_of(params, SORTED_BY, default={"name": 1})
        return page_of(rooms.order_by(*order), params, name="channels", represent=rooms_of)


class GroupsListAllApi(Api):
    @endpoint(
        params=PagingParams, result=GroupsPage, permission=ADMINISTER_ROOMS, summary="The private groups of everyone"
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        return all_rooms_page(RoomType.PRIVATE, params, "groups")


class DirectListEveryoneApi(Api):
    @endpoint(
        params=PagingParams, result=DirectPage, permission=ADMINISTER_ROOMS, summary="The direct rooms of everyone"
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        return all_rooms_page(RoomType.DIRECT, params, "ims")


class DirectMessagesOthersApi(Api):
    @endpoint(
        params=OthersMessagesParams,
        result=MessagesPage,
        permission=ADMINISTER_ROOMS,
        summary="The messages in others' direct rooms",
        description="Always `error-endpoint-disabled`: administrators cannot read them over the API.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        raise ApplicationError(
            "error-endpoint-disabled", "This endpoint is disabled", details={"route": "/api/v1/im.messages.others"}
        )


class AnonymousReadApi(PublicApi):
    @endpoint(
        params=AnonymousReadParams,
        result=MessagesPage,
        summary="The messages of a channel, without signing in",
        description="Always `error-not-allowed`: channels cannot be read without signing in.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        raise NotAllowedError(message='Enable "Allow Anonymous Read"')


LIST_ENDPOINTS: dict[str, type[Api]] = {
    "v1/channels.addAll": add_all_api(CHANNELS),
    "v1/groups.addAll": add_all_api(GROUPS),
    "v1/channels.list.joined": ChannelsJoinedApi,
    "v1/channels.anonymousread": AnonymousReadApi,
    "v1/groups.listAll": GroupsListAllApi,
    **{f"v1/{prefix}.list.everyone": DirectListEveryoneApi for prefix in ("im", "dm")},
    **{f"v1/{prefix}.messages.others": DirectMessagesOthersApi for prefix in ("im", "dm")},
}
