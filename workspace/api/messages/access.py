"""Finding the room of a request about messages."""

from __future__ import annotations

from workspace.errors import ApplicationError, NotAllowedError
from workspace.models import Room, User
from workspace.selectors.rooms import room_readable_by


def room_allowed(user: User, public_id: str, *, message: str = "Not allowed", method: str = "") -> Room:
    """Return the room; raises `error-not-allowed` if it does not exist or the user may not read it.

    The error has this message and, if given, the name of the original's `method`.
    """
    try:
        return room_readable_by(user=user, public_id=public_id)
    except ApplicationError as error:
        raise not_allowed(method, message) from error


def not_allowed(method: str = "", message: str = "Not allowed") -> NotAllowedError:
    """Return the error for something that the user may not read, with the name of the original's `method`, if any."""
    error = NotAllowedError(message=message)
    error.details = {"method": method} if method else {}
    return error


def room_allowed_by_code(user: User, public_id: str) -> Room:
    """Return the room, like :func:`room_allowed`; clients know the error of these endpoints by its code alone."""
    return room_allowed(user, public_id, message="error-not-allowed")
