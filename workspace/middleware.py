"""What every page is spared, and what it says of itself."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse

from workspace.api.fallback import MACHINE_PATHS
from workspace.database.connections import connections_release

GetResponse = Callable[[HttpRequest], HttpResponse]

# Where a page's forms may lead, and what may stand around and within it. Scripts are not bounded by it: the look of the
# pages evaluates expressions that stand in them.
CONTENT_POLICY = "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"


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
    """Lets nothing that somebody has smuggled into a page lead its forms or addresses elsewhere."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_POLICY)
        return response


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
