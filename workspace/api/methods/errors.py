"""Errors of methods, in the form that Meteor's clients know."""

from __future__ import annotations

import logging
from typing import Any

from django.core.signals import got_request_exception

from workspace.api.errors import INTERNAL_ERROR, TooManyRequestsError, application_error
from workspace.errors import ApplicationError, SignInError
from workspace.logs.events import LogEvent

METHOD_FAILED = LogEvent(
    "method.failed",
    "A method failed because of an internal error.",
    {"name": "the method"},
    logging.ERROR,
)


class MeteorError(ApplicationError):
    """An error that Meteor itself reports, with a number instead of a code."""

    number = 400

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(str(self.number), message, details=details)


class MatchError(MeteorError):
    """The arguments do not match those of the method."""

    def __init__(self, sentence: str) -> None:
        super().__init__(f"Match error: {sentence}")


class MethodNotFoundError(MeteorError):
    """There is no method with this name."""

    number = 404

    def __init__(self, name: str) -> None:
        super().__init__(f"Method '{name}' not found", error="error-method-not-found")


class CallerUnknownError(ApplicationError):
    """The method requires a sign-in."""

    def __init__(self) -> None:
        super().__init__("error-invalid-user", "Invalid user", status=401)


def to_error(exception: Exception, *, method: str = "") -> dict[str, Any]:
    """Return the error object of a failed method call. Internal errors are logged and not described to the caller."""
    error = application_error(exception)
    if error is INTERNAL_ERROR:
        METHOD_FAILED.log(name=method or "?", exc_info=exception)
        got_request_exception.send(sender=None, request=None)
    code = code_of(error)
    reason = error.message if error.message != code else ""
    described = {
        "isClientSafe": True,
        "error": code,
        "reason": reason,
        "details": details_of(error, method),
        "message": f"{reason} [{code}]".strip(),
        "errorType": "Meteor.Error",
    }
    return {name: value for name, value in described.items() if value not in ("", {})}


def code_of(error: ApplicationError) -> str | int:
    """Return the code that clients of methods know, which sometimes differs from that of the endpoints."""
    match error:
        case MeteorError():
            return error.number
        case TooManyRequestsError():
            return "too-many-requests"
        case _ if error.code.startswith("Match error"):
            return MatchError.number
        case SignInError() if error.code == "Unauthorized":
            return 403
    return 500 if error is INTERNAL_ERROR else error.code


def details_of(error: ApplicationError, method: str) -> dict[str, Any]:
    """Return the details of the error, with the name of the method as the original adds it."""
    if isinstance(error, TooManyRequestsError):
        return {"timeToReset": error.seconds * 1000}
    if not method or isinstance(error, MeteorError | SignInError) or error is INTERNAL_ERROR:
        return error.details
    return {"method": method, **error.details}
