"""Pages of a person's preferences below `/embedded/<token>/`, also in a frame of another site.

The token in the path takes the place of the session. The only cookie has the text to show after saving; browsers reject
it in frames of other sites, so the address that follows has a code for a general text. Only pages that were registered
for it can be opened. Requests need no protection against forgery, because other sites do not know the token.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import get_script_prefix, reverse, set_script_prefix
from django.utils.translation import gettext

from workspace.server.middleware import STYLE_NONCE, GetResponse, content_policy
from workspace.services.events.links import EMBEDDED, Visit, visit_begin, visit_of

ADDRESS = re.compile(rf"{EMBEDDED}(?P<token>[^/]+)(?P<path>/.*)")
EXPIRED = "embedded-expired"
# The first page, and the names of all pages that can be opened.
START = "preferences"
PAGES: set[str] = {EXPIRED, "browser-time-zone"}
# The parameter for the outcome of a form, which is shown if the browser has rejected the cookie with its text.
OUTCOME, SAVED, NOT_SAVED = "outcome", "saved", "not-saved"


def embedded_pages_add(*names: str) -> None:
    """Register pages, by the names of their addresses, that a person can open with a link."""
    PAGES.update(names)


def is_embedded(request: HttpRequest) -> bool:
    """Return True if the page was opened with a link of a source."""
    return hasattr(request, "embedded_visit")


class EmbeddingMiddleware:
    """Handles requests for embedded pages; must come before all middleware that reads cookies."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        address = ADDRESS.fullmatch(request.path_info)
        if address is None:
            return self.get_response(request)
        visit = visit_of(address["token"])
        if visit is not None:
            return self.respond(request, visit, address["token"], address["path"])
        if address["path"] == "/" and (token := visit_begin(address["token"])):
            prefix = request.path.removesuffix(f"{address['token']}/")
            return HttpResponseRedirect(f"{prefix}{token}{reverse(START).removeprefix(get_script_prefix()[:-1])}")
        request.path_info = reverse(EXPIRED).removeprefix(get_script_prefix()[:-1])
        request.COOKIES = {}
        response = self.get_response(request)
        response.cookies.clear()
        # It contains nothing about anybody, so any site may show it in place of the page.
        return framed_by("*", request, response)

    def respond(self, request: HttpRequest, visit: Visit, token: str, path: str) -> HttpResponse:
        """Respond with the page at the path, to the person of the visit. All its links contain the token."""
        request.embedded_visit = visit  # type: ignore[attr-defined]
        request.path_info = path
        request.COOKIES = {name: value for name, value in request.COOKIES.items() if name == CookieStorage.cookie_name}
        # `request.user` is this account, and no token in a cookie is needed for forms.
        request._cached_user, request._dont_enforce_csrf_checks = visit.user, True  # type: ignore[attr-defined]
        prefix = get_script_prefix()
        own_prefix = f"{prefix}{EMBEDDED.strip('/')}/{token}/"
        set_script_prefix(own_prefix)
        try:
            response = self.get_response(request)
        finally:
            set_script_prefix(prefix)
        saved = response.cookies.get(CookieStorage.cookie_name)
        response.cookies.clear()
        if saved is not None:
            saved["path"] = own_prefix
            response.cookies[CookieStorage.cookie_name] = saved
        if isinstance(response, HttpResponseRedirect) and (outcome := outcome_of(request)):
            address, mark, place = response.url.partition("#")
            separator = "&" if "?" in address else "?"
            response.headers["Location"] = f"{address}{separator}{OUTCOME}={outcome}{mark}{place}"
        # The address contains the token.
        response.headers["Referrer-Policy"] = "no-referrer"
        return framed_by(visit.frame_origins, request, response)

    def process_view(self, request: HttpRequest, _view: Callable[..., Any], _args: Any, _kwargs: Any) -> None:
        """Refuse pages that are not for links."""
        match = request.resolver_match
        if not is_embedded(request):
            return
        if match is None or match.view_name not in PAGES:
            raise PermissionDenied
        if request.method == "GET" and CookieStorage.cookie_name not in request.COOKIES:
            outcome_show(request)


def outcome_of(request: HttpRequest) -> str:
    """Return the code of what a form's response reports with a message; empty if there is none."""
    added = getattr(request, "_messages", None)
    levels = {message.level for message in getattr(added, "_queued_messages", ())}
    if not levels:
        return ""
    return SAVED if max(levels) <= messages.SUCCESS else NOT_SAVED


def outcome_show(request: HttpRequest) -> None:
    """Show the text for the code in the address, if there is one."""
    outcome = request.GET.get(OUTCOME)
    if outcome == SAVED:
        messages.success(request, gettext("Your changes are saved."))
    elif outcome == NOT_SAVED:
        messages.error(request, gettext("This could not be done. Check what you entered, or try again in a minute."))


def framed_by(origins: str, request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Return the response with headers that let only these origins show it in a frame; none if they are empty."""
    nonce = request.META.get(STYLE_NONCE)
    styles = f"'self' 'nonce-{nonce}'" if nonce else "'self'"
    response.headers["Content-Security-Policy"] = content_policy(styles=styles, ancestors=origins or "'none'")
    if origins:
        response.headers.pop("X-Frame-Options", None)
    return response
