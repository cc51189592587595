"""Who is looking at a page."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from workspace.models import User

View = Callable[[HttpRequest], HttpResponse]


def reader_of(request: HttpRequest) -> User:
    """Return the signed-in reader of a page that strangers cannot open; raises PermissionDenied for a stranger."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def signed_in_only(view: Callable[[HttpRequest, User], HttpResponse]) -> View:
    """Let the view answer signed-in users only; scripts are told so with 401 rather than led to the sign-in page."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if not isinstance(request.user, User):
            told = {"error": _("Your session has ended. Sign in again to go on."), "errorType": "error-not-signed-in"}
            return JsonResponse({"success": False, **told}, status=401)
        return view(request, request.user)

    return guarded
