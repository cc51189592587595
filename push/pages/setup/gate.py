"""Leads every page of a new installation to the set-up, and administrators to a wizard that they have not finished."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.cache import add_never_cache_headers

from push.selectors.setup.progress import has_administrator, is_unfinished
from workspace.api.fallback import MACHINE_PATHS
from workspace.models import User
from workspace.services.settings import EDIT_PERMISSION

GetResponse = Callable[[HttpRequest], HttpResponse]

# What works on an installation without an administrator: the set-up itself, and requests by machines.
OPEN_PATHS = (
    *MACHINE_PATHS,
    "/setup/",
    "/health",
    "/metrics",
    "/hooks/",
    "/static/",
    "/cloud/confirm/",
    "/favicon.ico",
    "/manifest.webmanifest",
    "/web-push",
)


class SetupMiddleware:
    """Redirects to the set-up until it is finished or postponed."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        # Once finished, it stays so. Then requests cost no query.
        self._is_finished = False

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SETUP_WIZARD and not self._is_finished and not request.path_info.startswith(OPEN_PATHS):
            if not is_unfinished():
                self._is_finished = True
            elif not has_administrator() or self.concerns(request):
                response = HttpResponseRedirect(reverse("setup"))
                add_never_cache_headers(response)
                return response
        return self.get_response(request)

    @staticmethod
    def concerns(request: HttpRequest) -> bool:
        """Return True for an administrator at one of the pages that follow the sign-in."""
        is_first_page = request.path in (reverse("home"), reverse("admin:index"))
        return is_first_page and isinstance(request.user, User) and request.user.has_perm(EDIT_PERMISSION)
