"""Who may read rooms, for many users and rooms with a constant number of queries. Equal to `can_read` of one pair."""

from __future__ import annotations

from collections.abc import Collection

from workspace.models import Room, RoomType, Subscription
from workspace.selectors.permissions import users_with_permission

# A user's key and a room's public id.
UserAndRoom = tuple[int, str]


def readable_rooms(pairs: Collection[UserAndRoom]) -> set[UserAndRoom]:
    """Return those of the pairs whose user may read the room."""
    if not pairs:
        return set()
    users, room_ids = {user for user, _room in pairs}, {room for _user, room in pairs}
    types = dict(Room.objects.filter(public_id__in=room_ids).values_list("public_id", "type"))
    rows = Subscription.objects.filter(user__in=users, room__public_id__in=types, user__is_active=True)
    members = set(rows.values_list("user_id", "room__public_id"))
    visitors = {user for user, room in set(pairs) - members if types.get(room) == RoomType.CHANNEL}
    may_visit = users_with_permission("workspace.view_c_room", users=visitors) if visitors else set()
    directs = {user for user, room in members if types[room] == RoomType.DIRECT}
    may_view_direct = users_with_permission("workspace.view_d_room", users=directs) if directs else set()

    def is_readable(user: int, room: str) -> bool:
        if room not in types:
            return False
        if types[room] == RoomType.DIRECT:
            return (user, room) in members and user in may_view_direct
        return (user, room) in members or (types[room] == RoomType.CHANNEL and user in may_visit)

    return {(user, room) for user, room in pairs if is_readable(user, room)}
