"""What every page is spared, and what it says of itself."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse

from workspace.api.fallback import MACHINE_PATHS
from workspace.database.connections import connections_release

GetResponse = Callable[[HttpRequest], HttpResponse]

# Under this name `page_context` leaves the nonce of the page's one inline stylesheet in `request.META`.
STYLE_NONCE = "CALLBOARD_STYLE_NONCE"

# Browser features that no page uses, so that nothing put into a page can use them either.
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
        "publickey-credentials-get",
        "serial",
        "usb",
        "xr-spatial-tracking",
    )
)


def content_policy(*, scripts: str = "'self'", styles: str = "'self'") -> str:
    """Return a Content-Security-Policy: only files of this site; no plugins, frames or foreign form targets."""
    return (
        f"default-src 'none'; script-src {scripts}; style-src {styles}; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; media-src 'self'; manifest-src 'self'; worker-src 'self'; object-src 'none'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )


CONTENT_POLICY = content_policy()
# Unfold's Alpine evaluates the expressions in its templates, and some of these have `style` attributes: see
# docs/page-security.md. Inline scripts stay forbidden.
ADMIN_CONTENT_POLICY = content_policy(scripts="'self' 'unsafe-eval'", styles="'self' 'unsafe-inline'")


class ConnectionReleaseMiddleware:
    """Returns the request's database connection to the pool before the response is sent.

    Django itself does so after it is sent: a few clients that read slowly would keep all connections of the pool.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            return self.get_response(request)
        finally:
            connections_release()


class ContentPolicyMiddleware:
    """Adds the policies by which browsers refuse what somebody has smuggled into a page."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", self.policy_for(request))
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        return response

    @staticmethod
    def policy_for(request: HttpRequest) -> str:
        """Return the administration's policy for its own pages only; signing in to it is a page like the others."""
        if getattr(request, "current_app", None) == admin.site.name:
            return ADMIN_CONTENT_POLICY
        if nonce := request.META.get(STYLE_NONCE):
            return content_policy(styles=f"'self' 'nonce-{nonce}'")
        return CONTENT_POLICY


class SignedOutMiddleware:
    """Answers 401 where an open page asks for a part of itself and nobody is signed in any more.

    The sign-in page, to which everybody else is led, would be put into the page that is open.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_led = response.status_code == HTTPStatus.FOUND and not request.user.is_authenticated
        return HttpResponse(status=HTTPStatus.UNAUTHORIZED) if is_led and "HX-Request" in request.headers else response


class CharacterZeroMiddleware:
    """Knows no page by an address that holds the character zero: nothing is called so, and PostgreSQL takes none.

    The API's endpoints tell of such parameters in their own words.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_meant = "\0" not in request.path_info and "%00" not in request.META.get("QUERY_STRING", "")
        if not is_meant and not request.path_info.startswith(MACHINE_PATHS):
            raise Http404
        return self.get_response(request)
