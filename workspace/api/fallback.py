"""Responses outside of endpoints: JSON for API clients, pages for people."""

from __future__ import annotations

import sys
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt

from workspace.api.errors import ENDPOINT_NOT_FOUND, INTERNAL_ERROR, failure_body
from workspace.database.troubles import trouble_of
from workspace.errors import ApplicationError, MissingPermissionError, UnavailableError

# The paths of the API and the push gateway, whose callers expect JSON.
MACHINE_PATHS = ("/api/", "/push/")


def failure(error: ApplicationError) -> JsonResponse:
    """Return the error in the API's envelope."""
    return JsonResponse(failure_body(error), status=error.status)


@csrf_exempt
def endpoint_unknown(request: HttpRequest) -> HttpResponse:
    """Respond to unknown URLs below /api/."""
    return failure(ENDPOINT_NOT_FOUND)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path_info.startswith(MACHINE_PATHS):
        return failure(ApplicationError("error-bad-request", "Bad request"))
    return defaults.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path_info.startswith(MACHINE_PATHS):
        return failure(MissingPermissionError())
    return defaults.permission_denied(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path_info.startswith(MACHINE_PATHS):
        return failure(ENDPOINT_NOT_FOUND)
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest, *_args: Any) -> HttpResponse:
    """Respond to a failed request: 503 if the database is unavailable, else 500."""
    if trouble := trouble_of(sys.exc_info()[1]):
        return unavailable(request, trouble.retry_after)
    if request.path_info.startswith(MACHINE_PATHS):
        return failure(INTERNAL_ERROR)
    return defaults.server_error(request)


def unavailable(request: HttpRequest, retry_after: int) -> HttpResponse:
    """Respond that the database is unavailable, with the number of seconds until a retry."""
    if request.path_info.startswith(MACHINE_PATHS):
        response: HttpResponse = failure(UnavailableError(retry_after))
    else:
        response = HttpResponse(render_to_string("503.html"), status=503)
    response.headers["Retry-After"] = str(retry_after)
    return response
