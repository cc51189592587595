"""Which rows of the workspace are remembered when they change."""

from __future__ import annotations

from datetime import datetime

from workspace.history import Values, track_history
from workspace.models import EmailAddress, FormerPresence, Presence, Subscription, ThreadFollower, User


def presence_differs(before: Values, after: Values, at: datetime) -> bool:
    """Return whether a change tells something else of the time before it.

    The reports of a client in use, one after the other, only put off when the user will be away or offline: whoever
    was online until now was online all along by either row. So only those are noted that end an absence.
    """
    if before == after:
        return False
    if any(before[name] != after[name] for name in ("status", "status_expires_at")):
        return True
    return not (online_until(before, at) and online_until(after, at))


def online_until(presence: Values, at: datetime) -> bool:
    """Return whether the presence, as it stands, says that the user was online up to the moment `at`."""
    connected, away = presence["connected_until"], presence["away_at"]
    return connected is not None and connected >= at and (away is None or away >= at)


track_history(User, "is_active", user="id")
track_history(EmailAddress, "verified")
track_history(
    Presence,
    "status",
    "status_expires_at",
    "connected_until",
    "away_at",
    differs=presence_differs,
    former=FormerPresence,
)
track_history(Subscription, "room_id", "public_id", since="joined_at")
track_history(ThreadFollower, "thread_id")
