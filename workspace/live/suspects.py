"""Finds subscriptions whose permission may have ended."""

from __future__ import annotations

from collections.abc import Iterable

from workspace.live.index import Entry, Index
from workspace.live.reading import Row
from workspace.models import LiveKind

# Changes after which a user, users of a room, or anyone may have lost a permission.
OF_MEMBERS = frozenset({LiveKind.MEMBERS_REMOVED})
OF_ROOM = frozenset({LiveKind.ROOM, LiveKind.ROOM_DELETED})
OF_USER = frozenset({LiveKind.USER, LiveKind.USER_DELETED, LiveKind.USER_ROLES})
OF_ANYONE = frozenset({LiveKind.ROLE, LiveKind.ROLE_DELETED, LiveKind.PERMISSIONS})


def suspects_of(rows: Iterable[Row], index: Index) -> set[Entry]:
    """Return the subscriptions whose permission may have ended by these changes."""
    suspects: set[Entry] = set()
    for row in rows:
        if row.kind in OF_ANYONE:
            return set(index.all())
        if row.kind in OF_MEMBERS:
            removed = {user for user, _subscription in row.members}
            suspects.update(entry for entry in index.of_rooms([row.room_id]) if entry.user_id in removed)
        elif row.kind in OF_ROOM:
            suspects.update(index.of_rooms([row.room_id]))
        elif row.kind in OF_USER:
            suspects.update(index.of_users(row.users))
    return suspects
