"""Middleware for all pages: security headers, language and time zone, signed-out requests, and NUL bytes in URLs."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers

from workspace.api.fallback import MACHINE_PATHS
from workspace.database.connections import connections_release
from workspace.selectors.localization import language_of, page_time_zone

GetResponse = Callable[[HttpRequest], HttpResponse]

# The key in `request.META` of the nonce for the inline stylesheet; `page_context` sets it.
STYLE_NONCE = "CALLBOARD_STYLE_NONCE"

# Browser features that no page uses. Denying them also denies them to injected content.
PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "hid",
        "idle-detection",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "serial",
        "usb",
        "xr-spatial-tracking",
    )
)


def content_policy(*, scripts: str = "'self'", styles: str = "'self'", ancestors: str = "'none'") -> str:
    """Return a Content-Security-Policy for files of this site only: no plugins, frames or foreign form targets.

    `ancestors` are the origins whose pages may show the page in a frame.
    """
    return (
        f"default-src 'none'; script-src {scripts}; style-src {styles}; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; media-src 'self'; manifest-src 'self'; worker-src 'self'; object-src 'none'; "
        f"base-uri 'none'; form-action 'self'; frame-ancestors {ancestors}"
    )


CONTENT_POLICY = content_policy()
# The templates of unfold need Alpine expressions and `style` attributes (docs/page-security.md). Inline scripts remain
# forbidden.
ADMIN_CONTENT_POLICY = content_policy(scripts="'self' 'unsafe-eval'", styles="'self' 'unsafe-inline'")


class ConnectionReleaseMiddleware:
    """Returns the database connection of a request to the pool before the response is sent.

    Django does so only after the response is sent. A few slow clients would then block all connections of the pool.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            return self.get_response(request)
        finally:
            connections_release()


class ContentPolicyMiddleware:
    """Adds headers that make browsers reject injected content, and not store what a signed-in person sees."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", self.policy_for(request))
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        # Static files and pictures have a policy of their own.
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    @staticmethod
    def policy_for(request: HttpRequest) -> str:
        """Return the relaxed policy for pages of the administration; its sign-in page has the usual one."""
        if getattr(request, "current_app", None) == admin.site.name:
            return ADMIN_CONTENT_POLICY
        if nonce := request.META.get(STYLE_NONCE):
            return content_policy(styles=f"'self' 'nonce-{nonce}'")
        return CONTENT_POLICY


class SignedOutMiddleware:
    """Responds 401 to a partial-page request if the user is no longer signed in.

    Otherwise the sign-in page, the target of the redirect, would be inserted into the open page.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_redirect = response.status_code == HTTPStatus.FOUND and not request.user.is_authenticated
        return (
            HttpResponse(status=HTTPStatus.UNAUTHORIZED)
            if is_redirect and "HX-Request" in request.headers
            else response
        )


class NulByteMiddleware:
    """Rejects URLs that contain NUL bytes with 404; PostgreSQL cannot store them.

    API endpoints report such parameters in their own format.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_valid = "\0" not in request.path_info and "%00" not in request.META.get("QUERY_STRING", "")
        if not is_valid and not request.path_info.startswith(MACHINE_PATHS):
            raise Http404
        return self.get_response(request)


class LocaleMiddleware:
    """Activates the language and time zone of the reader for every page.

    API responses use the language of the workspace, and UTC.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(MACHINE_PATHS):
            return self.get_response(request)
        language = language_of(request)
        with translation.override(language), timezone.override(page_time_zone(request.user)):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        patch_vary_headers(response, ["Accept-Language"])
        return response
