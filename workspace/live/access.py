"""Checks who may hear what, for many subscriptions at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workspace.errors import ApplicationError, NotAllowedError
from workspace.live.streams import Audience, room_id_of, stream_of
from workspace.models import User
from workspace.selectors.permissions import users_with_permission
from workspace.selectors.room_access import readable_rooms
from workspace.selectors.sign_ins.requirements import users_needing_second_factor
from workspace.services.settings import VIEW_PERMISSION


@dataclass(frozen=True, slots=True)
class Request:
    """A subscription that is to be checked: the user's key (None: not signed in), the stream and the event."""

    user_id: int | None
    name: str
    event: str


def check_requests(requests: Sequence[Request]) -> list[ApplicationError | None]:
    """Return for each subscription why it is refused, or None if the user may hear the event.

    The number of queries does not depend on the number of subscriptions.
    """
    errors = [request_error(request) for request in requests]
    checked = [request for request, error in zip(requests, errors, strict=True) if error is None]
    keys = {request.user_id for request in checked if request.user_id is not None}
    keys -= users_needing_second_factor(keys)
    ids = dict(User.objects.filter(pk__in=keys, is_active=True).values_list("pk", "public_id")) if keys else {}
    pairs = {
        (request.user_id, room)
        for request in checked
        if request.user_id in ids and (room := room_id_of(request.name, request.event))
    }
    rooms = readable_rooms(pairs)
    readers = {
        request.user_id for request in checked if audience_of(request) is Audience.SETTINGS_READERS and request.user_id
    }
    privileged = users_with_permission(VIEW_PERMISSION, users=readers) if readers else set()

    def may_hear(request: Request) -> bool:
        audience, user = audience_of(request), request.user_id
        if audience is Audience.EVERYONE:
            return True
        if user is None or user not in ids:
            return False
        if audience is Audience.SELF:
            return request.event.partition("/")[0] == ids[user]
        if audience is Audience.ROOM:
            return (user, room_id_of(request.name, request.event)) in rooms
        return audience is Audience.SIGNED_IN or user in privileged

    return [
        error or (None if may_hear(request) else NotAllowedError())
        for request, error in zip(requests, errors, strict=True)
    ]


def request_error(request: Request) -> ApplicationError | None:
    """Return the error of a subscription to something that does not exist."""
    try:
        stream_of(request.name, request.event)
    except ApplicationError as error:
        return error
    return None


def audience_of(request: Request) -> Audience:
    """Return who may hear the event of a valid subscription."""
    return stream_of(request.name, request.event).audience_of(request.event)
