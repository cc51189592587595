"""API errors as JSON, in the envelopes that clients know."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.exceptions import ValidationError as ModelValidationError
from django.core.signals import got_request_exception
from django.http import Http404
from django.utils.log import log_response
from rest_framework import exceptions
from rest_framework.response import Response

from workspace.database.troubles import trouble_of
from workspace.errors import ApplicationError, MissingPermissionError, SignInError, UnavailableError

NOT_SIGNED_IN = {"status": "error", "message": "You must be logged in to do this."}
REQUEST_TOO_LARGE = ApplicationError("error-request-too-large", "The request's body is too large", status=413)
INTERNAL_ERROR = ApplicationError("error-internal", "Internal server error", status=500)
ENDPOINT_NOT_FOUND = ApplicationError("error-endpoint-not-found", "The API has no such endpoint", status=404)


class InvalidParamsError(ApplicationError):
    """Invalid parameters: one sentence per problem, worded like a JSON schema validator."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__("invalid-params", "\n".join(sentences))


class TooManyRequestsError(ApplicationError):
    """The caller must wait. Clients parse the seconds from the text, so it must not contain other digits."""

    def __init__(self, seconds: int) -> None:
        super().__init__(
            "error-too-many-requests",
            f"Error, too many requests. Please slow down. You must wait {seconds} seconds before trying this again.",
            status=429,
        )
        self.seconds = seconds


def exception_handler(exception: Exception, context: dict[str, Any]) -> Response:
    """Return the response to a failed request. Internal errors are logged and not described to the caller."""
    if isinstance(exception, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        return Response(NOT_SIGNED_IN, status=401, headers={"WWW-Authenticate": "X-Auth-Token"})
    error = application_error(exception)
    response = Response(failure_body(error), status=error.status, headers=failure_headers(error, context["view"]))
    request = context["request"]._request
    if response.status_code >= 500 and error is not exception:
        log_response("%s: %s", error.message, request.path, response=response, request=request, exception=exception)
    if error is INTERNAL_ERROR:
        got_request_exception.send(sender=None, request=request)
    return response


def failure_headers(error: ApplicationError, view: Any) -> dict[str, str]:
    """Return additional headers for the response."""
    if isinstance(error, UnavailableError):
        return {"Retry-After": str(error.retry_after)}
    return {"Allow": ", ".join(view.allowed_methods)} if error.status == 405 else {}


def failure_body(error: ApplicationError) -> dict[str, Any]:
    """Return the envelope of an error: `error` is the text with the code in brackets, `errorType` the code.

    Clients know some errors by their text alone: those with a message equal to the code.
    """
    if isinstance(error, SignInError):
        details = {"details": error.details} if error.details else {}
        return {"status": "error", "error": error.code, **details, "message": error.message}
    if error.message == error.code:
        return {"success": False, "error": error.message}
    text = f"{error.message} [{error.code}]".strip()
    details = {"details": error.details} if error.details else {}
    return {"success": False, "error": text, "errorType": error.code, **details}


def application_error(exception: Exception) -> ApplicationError:
    """Return the error for an exception."""
    match exception:
        case ApplicationError():
            return exception
        case exceptions.ValidationError():
            return InvalidParamsError(list(sentences_of(exception.detail)))
        case ModelValidationError():
            return InvalidParamsError(exception.messages)
        case exceptions.PermissionDenied() | PermissionDenied():
            return MissingPermissionError()
        case exceptions.NotFound() | Http404():
            return ENDPOINT_NOT_FOUND
        case exceptions.ParseError():
            return ApplicationError("invalid-params", "The request's body is malformed")
        case exceptions.MethodNotAllowed() | exceptions.UnsupportedMediaType():
            code = f"error-{exception.default_code.replace('_', '-')}"
            return ApplicationError(code, str(exception.detail), status=exception.status_code)
        case RequestDataTooBig():
            return REQUEST_TOO_LARGE
        case SuspiciousOperation():
            return ApplicationError("error-bad-request", "Bad request")
    trouble = trouble_of(exception)
    return UnavailableError(trouble.retry_after) if trouble else INTERNAL_ERROR


def sentences_of(detail: Any, name: str = "") -> Iterator[str]:
    """Yield a sentence for each invalid parameter, with the name if it is missing."""
    if isinstance(detail, dict):
        for key, value in detail.items():
            yield from sentences_of(value, str(key))
    elif isinstance(detail, list):
        for value in detail:
            yield from sentences_of(value, name)
    else:
        yield f"must have required property '{name}'" if detail.code == "required" else str(detail)
