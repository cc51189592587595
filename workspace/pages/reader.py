"""The signed-in user of a page."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from workspace.models import User

View = Callable[[HttpRequest], HttpResponse]


def reader_of(request: HttpRequest) -> User:
    """Return the signed-in user; raises PermissionDenied if nobody is signed in."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def signed_in_only(view: Callable[[HttpRequest, User], HttpResponse]) -> View:
    """Restrict a view to signed-in users. Scripts get 401 instead of a redirect to the sign-in page."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if not isinstance(request.user, User):
            failure = {
                "error": _("Your session has ended. Sign in again to continue."),
                "errorType": "error-not-signed-in",
            }
            return JsonResponse({"success": False, **failure}, status=401)
        return view(request, request.user)

    return guarded
