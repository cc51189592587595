"""What is answered where no endpoint answers: JSON to clients of the API, pages to people."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt

from workspace.api.errors import ENDPOINT_NOT_FOUND, INTERNAL_ERROR, failure_body
from workspace.errors import ApplicationError, MissingPermissionError

# Where machines call, which read JSON only: the API and the push gateway.
MACHINE_PATHS = ("/api/", "/push/")


def failure(error: ApplicationError) -> JsonResponse:
    """Return the error in the API's envelope."""
    return JsonResponse(failure_body(error), status=error.status)


@csrf_exempt
def endpoint_unknown(request: HttpRequest) -> HttpResponse:
    """Answer for every address under /api/ that leads nowhere."""
    return failure(ENDPOINT_NOT_FOUND)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith(MACHINE_PATHS):
        return failure(ApplicationError("error-bad-request", "Bad request"))
    return defaults.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith(MACHINE_PATHS):
        return failure(MissingPermissionError())
    return defaults.permission_denied(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith(MACHINE_PATHS):
        return failure(ENDPOINT_NOT_FOUND)
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest, *_args: Any) -> HttpResponse:
    if request.path.startswith(MACHINE_PATHS):
        return failure(INTERNAL_ERROR)
    return defaults.server_error(request)
