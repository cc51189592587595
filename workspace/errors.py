"""The errors that services raise. The API, pages and commands each report them in their own format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class ApplicationError(Exception):
    """A request that cannot be fulfilled, for a reason that the caller can act on.

    `code` is the reason as API clients know it (such as `error-room-not-found`), `message` a sentence for people (may
    be empty if clients know the code), `status` the HTTP status.
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
    """The caller lacks a permission."""

    def __init__(self, code: str = "error-not-allowed", message: str = "Not allowed", *, status: int = 400) -> None:
        super().__init__(code, message, status=status)


class MissingPermissionError(ApplicationError):
    """The caller's roles lack a permission; the message is the one that clients expect."""

    def __init__(self) -> None:
        super().__init__(
            "error-unauthorized", "User does not have the permissions required for this action", status=403
        )


class UnauthorizedError(ApplicationError):
    """The caller may not access this room. Clients know the text of the older endpoints."""

    def __init__(self) -> None:
        super().__init__("unauthorized", "unauthorized", status=403)


class NotInRoomError(ApplicationError):
    """The caller is not a member of the room, which the action requires."""

    def __init__(self) -> None:
        super().__init__("error-user-not-in-room", "The user is not in this room")


class SignInError(ApplicationError):
    """A failed sign-in."""

    def __init__(
        self, code: str = "Unauthorized", message: str = "Unauthorized", *, details: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(code, message, status=401, details=details)


class SecondFactorError(ApplicationError):
    """The account has a second factor, and its code is missing or wrong."""

    @classmethod
    def required(cls, methods: Sequence[str], **details: Any) -> SecondFactorError:
        """Return the error for a missing code, which lets clients ask for one of the first of these methods."""
        described = {"method": methods[0], "codeGenerated": False, **details, "availableMethods": list(methods)}
        return cls("totp-required", "TOTP Required", details=described)

    @classmethod
    def invalid(cls, method: str) -> SecondFactorError:
        """Return the error for a wrong code, and for one that was used before."""
        return cls("totp-invalid", "TOTP Invalid", details={"method": method})


class SecondFactorMissingError(ApplicationError):
    """A role of the account requires a second factor, and the account has none."""

    def __init__(self) -> None:
        super().__init__(
            "error-second-factor-not-set-up", "Your role requires a second factor. Set one up first", status=403
        )


class UnavailableError(ApplicationError):
    """The database is unavailable. The request was not carried out; it may succeed after `retry_after` seconds."""

    def __init__(self, retry_after: int = 2) -> None:
        sentence = "The server cannot use its database at the moment; please try again in a few moments"
        super().__init__("error-unavailable", sentence, status=503)
        self.retry_after = retry_after
