"""Middleware for signed-in users: it records browsers in use, and leads to the set-up of a required second factor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from workspace.api.fallback import MACHINE_PATHS
from workspace.models import User
from workspace.selectors.sign_ins.requirements import needs_second_factor
from workspace.server.embedding import is_embedded
from workspace.services.sign_ins.clients import session_seen

GetResponse = Callable[[HttpRequest], HttpResponse]
# The names of pages that work without a required second factor.
OPEN_PAGES = frozenset(
    {
        *("security", "security-confirm", "app-begin", "app-setup", "email-codes"),
        *("sign-out", "logout", "favicon", "manifest", "browser-time-zone", "address-verify"),
    }
)


class SignedInClientMiddleware:
    """Records the browsers that signed-in users use."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # The API and embedded pages do not read cookies.
        has_session = not request.path_info.startswith(MACHINE_PATHS) and not is_embedded(request)
        if has_session and isinstance(request.user, User):
            session_seen(request=request, user=request.user)
        return self.get_response(request)


class SecondFactorMiddleware:
    """Redirects users to the set-up of their second factor, as long as one of their roles requires it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, _view: Callable[..., Any], _args: Any, _kwargs: Any
    ) -> HttpResponse | None:
        """Return the redirect; None if the user may open the page."""
        match = request.resolver_match
        # The person has not signed in to an embedded page.
        if is_embedded(request):
            return None
        if request.path_info.startswith(MACHINE_PATHS) or (match is not None and match.url_name in OPEN_PAGES):
            return None
        # Loaded by the middleware above; other requests, such as static files, do not get here.
        if not isinstance(request.user, User) or not needs_second_factor(request.user):
            return None
        target = reverse("security")
        if "HX-Request" in request.headers:
            return HttpResponse(headers={"HX-Redirect": target})
        return HttpResponseRedirect(target)
