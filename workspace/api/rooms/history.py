"""The messages of a room: its history, and filtered lists. The same endpoints for every type of room."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request

from workspace.api.base import Api, caller_of, endpoint
from workspace.api.messages.history import HistoryResult, history_of
from workspace.api.messages.objects import MessageObject, messages_of
from workspace.api.messages.reading import BY_TIME, MessagesPage
from workspace.api.paging import OffsetParams, PageResult, PagingParams, ordering_of, page_of, page_size
from workspace.api.params import Params, SpeltFlag, TextParam, TimestampParam
from workspace.api.rooms.any_type import RoomParams, room_from_params
from workspace.errors import ApplicationError, UnauthorizedError
from workspace.models import Message, Room, RoomType, User
from workspace.selectors.accounts import user_by_username
from workspace.selectors.history.loading import history_messages, room_history
from workspace.selectors.room_messages import mentions_shown
from workspace.selectors.rooms import can_read, room_by_id_or_name, room_not_found
from workspace.services.rooms import direct_key_of

# The number of messages that clients expect if they do not specify it.
HISTORY_COUNT = 20
DIRECT_MISSING = ApplicationError("error-room-param-not-provided", 'Query param "roomId" or "username" is required')
DIRECT_ID_MISSING = ApplicationError("error-room-param-not-provided", 'Query param "roomId" is required')


class HistoryRange(OffsetParams):
    """The part of the history."""

    latest = TimestampParam(required=False, help_text="Only messages sent before this time.")
    oldest = TimestampParam(required=False, help_text="Only messages sent after this time.")
    inclusive = SpeltFlag(
        required=False, default=False, help_text="Messages sent exactly at `latest` or `oldest` are included."
    )
    unreads = SpeltFlag(
        required=False,
        default=False,
        help_text="Returns how many messages since `oldest` are older than these, and the first one of them.",
    )
    showThreadMessages = SpeltFlag(
        required=False, default=True, help_text="Also replies that are shown in their thread only."
    )


class HistoryParams(RoomParams, HistoryRange):
    """The room, and the part of its history."""


class DirectHistoryParams(HistoryRange):
    """The direct room, and the part of its history."""

    missing_errors = {"roomId": DIRECT_ID_MISSING}

    roomId = TextParam()


class MessageFilters(PagingParams):
    """Filters for messages; `sort` supports only `ts`."""

    mentionIds = TextParam(
        required=False,
        allow_blank=True,
        help_text="Only messages that mention one of these user ids, separated by commas.",
    )
    starredIds = TextParam(
        required=False,
        allow_blank=True,
        help_text="Only messages that the user with this id has starred. Nobody sees the stars of others: without the "
        "caller's id, no messages are returned.",
    )
    pinned = SpeltFlag(required=False, help_text="Only pinned messages.")


class MessagesParams(RoomParams, MessageFilters):
    """The room, and filters for its messages."""


class DirectMessagesParams(MessageFilters):
    """The direct room, by id or by the other member, and filters for its messages."""

    any_of = ("roomId", "username")

    roomId = TextParam(required=False)
    username = TextParam(required=False)

    def combinations_check(self, values: Mapping[str, Any]) -> None:
        if not values.keys() & set(self.any_of):
            raise DIRECT_MISSING


class MentionsParams(PagingParams):
    """The channel; `sort` supports only `ts`."""

    roomId = TextParam()


class MentionsPage(PageResult):
    """A page of messages that mention the caller."""

    mentions = MessageObject(many=True)


def channel_for(user: User, params: Mapping[str, Any]) -> Room:
    """Return the channel; raises UnauthorizedError if the user may not read it."""
    room = room_by_id_or_name(public_id=params.get("roomId", ""), name=params.get("roomName", ""))
    if room.type != RoomType.CHANNEL:
        raise room_not_found()
    return readable(user, room)


def group_for(user: User, params: Mapping[str, Any]) -> Room:
    """Return the private group; one that the user is not in is reported as unknown."""
    return room_from_params(user, params, RoomType.PRIVATE)


def direct_room_for(user: User, params: Mapping[str, Any]) -> Room:
    """Return the direct room, by its id or by its only other member; raises UnauthorizedError for others' rooms."""
    return readable(user, direct_room_found(user, params))


def direct_room_found(user: User, params: Mapping[str, Any]) -> Room:
    """Return the direct room, by its id or by its only other member, even if the user may not read it."""
    if "roomId" in params:
        room = Room.objects.filter(public_id=params["roomId"], type=RoomType.DIRECT, deleted_at=None).first()
    else:
        other = user_by_username(params["username"])
        room = Room.objects.filter(direct_key=direct_key_of([user, other])).first() if other else None
    if room is None:
        raise room_not_found()
    return room


def readable(user: User, room: Room) -> Room:
    """Return the room; raises UnauthorizedError if the user may not read it."""
    if not can_read(user=user, room=room):
        raise UnauthorizedError()
    return room


@dataclass(frozen=True, slots=True)
class HistoryKind:
    """The endpoints for the messages of one type of room. `permission` is required for lists."""

    words: str
    refusal: str
    find_room: Callable[[User, Mapping[str, Any]], Room]
    history_params: type[Params] = HistoryParams
    messages_params: type[Params] = MessagesParams
    permission: str = ""


CHANNEL = HistoryKind(
    "channel", "`unauthorized`: the caller may not read the channel.", channel_for, permission="workspace.view_c_room"
)
GROUP = HistoryKind("private group", "A group that the caller is not in is reported as unknown.", group_for)
DIRECT = HistoryKind(
    "direct room",
    "`unauthorized`: the caller is not in the room.",
    direct_room_for,
    DirectHistoryParams,
    DirectMessagesParams,
)


def history_api(kind: HistoryKind) -> type[Api]:
    """Return the endpoint for the history of a room."""

    class HistoryApi(Api):
        @endpoint(
            params=kind.history_params,
            result=HistoryResult,
            summary=f"The history of a {kind.words}",
            description=f"Newest message first, {HISTORY_COUNT} unless `count` says otherwise. {kind.refusal}",
        )
        def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
            user, oldest = caller_of(request), params.get("oldest")
            history = room_history(
                kind.find_room(user, params),
                latest=params.get("latest"),
                oldest=oldest,
                is_inclusive=params["inclusive"],
                offset=params["offset"],
                count=page_size(params, default=HISTORY_COUNT),
                unread_since=oldest if params["unreads"] else None,
                has_replies=params["showThreadMessages"],
            )
            return history_of(history, viewer=user, has_unread=params["unreads"])

    return HistoryApi


def messages_api(kind: HistoryKind) -> type[Api]:
    """Return the endpoint that lists messages of a room."""

    class MessagesApi(Api):
        @endpoint(
            params=kind.messages_params,
            result=MessagesPage,
            permission=kind.permission,
            summary=f"Messages of a {kind.words}",
            description=f"With thread replies; newest first, unless `sort` specifies another order. {kind.refusal}",
        )
        def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
            user = caller_of(request)
            messages = filtered(history_messages(kind.find_room(user, params)), params, user)
            order = ordering_of(params, BY_TIME, default={"ts": -1})
            return page_of(
                messages.order_by(*order), params, name="messages", represent=partial(messages_of, viewer=user)
            )

    return MessagesApi


def filtered(messages: QuerySet[Message], params: Mapping[str, Any], user: User) -> QuerySet[Message]:
    """Return the messages that match the filters of the user."""
    if ids := ids_of(params.get("mentionIds", "")):
        mentioning = Message.objects.filter(mentions__user__public_id__in=ids)
        messages = messages.filter(pk__in=mentioning.values("pk"))
    if ids := ids_of(params.get("starredIds", "")):
        messages = messages.filter(stars__user=user) if user.public_id in ids else messages.none()
    if params.get("pinned"):
        messages = messages.filter(pin__is_pinned=True)
    return messages


def ids_of(text: str) -> list[str]:
    """Return the ids, which are separated by commas."""
    return [name.strip() for name in text.split(",") if name.strip()]


class ChannelMentionsApi(Api):
    @endpoint(
        params=MentionsParams,
        result=MentionsPage,
        summary="Messages in a channel that mention the caller",
        description="Mentions by name, in the channel and its threads; the oldest first, unless `sort` specifies "
        "another order. `error-invalid-room`: there is no such room, or the caller may not read it.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        user = caller_of(request)
        room = Room.objects.filter(public_id=params["roomId"]).first()
        if room is None or not can_read(user=user, room=room):
            details = {"method": "getUserMentionsByChannel"}
            raise ApplicationError("error-invalid-room", "Invalid room", details=details)
        order = ordering_of(params, BY_TIME, default={"ts": 1})
        return page_of(
            mentions_shown(room, user).order_by(*order),
            params,
            name="mentions",
            represent=partial(messages_of, viewer=user),
        )


MESSAGES_OF_ROOMS: dict[str, type[Api]] = {
    f"v1/{prefix}.{name}": make(kind)
    for prefix, kind in (("channels", CHANNEL), ("groups", GROUP), ("im", DIRECT), ("dm", DIRECT))
    for name, make in (("history", history_api), ("messages", messages_api))
} | {"v1/channels.getAllUserMentionsByChannel": ChannelMentionsApi}
