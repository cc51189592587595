"""The one family of errors that services raise; the API, pages and commands each tell them in their own form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class ApplicationError(Exception):
    """Something asked for cannot be done, for a reason that the asker can act upon.

    `code` is the reason in the vocabulary of the API's clients (such as `error-room-not-found`), `message` the
    sentence for people (may be empty where clients know the code alone), `status` the HTTP status.
    """

    def __init__(
        self, code: str, message: str = "", *, status: int = 400, details: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(message or code)
        self.code = code
        self.message = message
        self.status = status
        self.details = dict(details or {})


class NotAllowedError(ApplicationError):
    """The asker lacks the permission."""

    def __init__(self, code: str = "error-not-allowed", message: str = "Not allowed", *, status: int = 400) -> None:
        super().__init__(code, message, status=status)


class MissingPermissionError(ApplicationError):
    """The asker's roles do not hold a permission; answered in the words that clients expect."""

    def __init__(self) -> None:
        super().__init__(
            "error-unauthorized", "User does not have the permissions required for this action", status=403
        )


class NotInRoomError(ApplicationError):
    """What only members of a room may do was asked for by somebody who is not in it."""

    def __init__(self) -> None:
        super().__init__("error-user-not-in-room", "The user is not in this room")


class SignInError(ApplicationError):
    """A sign-in that failed."""

    def __init__(self, code: str = "Unauthorized", message: str = "Unauthorized") -> None:
        super().__init__(code, message, status=401)


class UnavailableError(ApplicationError):
    """The database is unavailable. The request was not carried out; it may succeed after `retry_after` seconds."""

    def __init__(self, retry_after: int = 2) -> None:
        sentence = "The server cannot use its database at the moment; please try again in a few moments"
        super().__init__("error-unavailable", sentence, status=503)
        self.retry_after = retry_after
