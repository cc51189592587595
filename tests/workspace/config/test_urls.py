"""Rules for every URL of the site: anonymous users are rejected, and other sites cannot act on behalf of a user."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

from push.gateway.protocols.registry import path_pattern
from tests.admin_rows import administrator
from tests.factories import UserFactory
from tests.pages import evaluated, inline_scripts
from workspace.models import User
from workspace.server.middleware import ADMIN_CONTENT_POLICY, PERMISSIONS_POLICY

pytestmark = pytest.mark.django_db

# Values for URL parameters: the key of a row, or its public id.
KEYS = {"int": "1"}
PARTS = re.compile(r"<(?:(?P<kind>\w+):)?\w+>")
# URLs that Django matches by regular expressions, with an example for each.
BY_EXPRESSION = {
    rf"\A{path_pattern()}": "push/apn/send",
    "^api/": "api/nowhere",
    r"(?P<url>.*)$": "nowhere",
}
# URLs that are open to everyone: needed to sign in, read the API documentation, or follow links in e-mails.
OPEN = {
    # The token is in the address.
    *("/hooks/x/x", "/hooks/x/x/", "/hooks/x/x/x", "/hooks/x/x/x/"),
    "/sign-in/",
    *("/sign-in/with/x/", "/sign-in/with/x/callback/"),
    "/sign-in/passkey/options/",
    "/sign-out/",
    "/admin/login/",
    "/admin/logout/",
    "/password/",
    "/register/",
    "/register/x/",
    "/password/x/x/",
    "/address/x/",
    "/unsubscribe/x/",
    "/cloud/confirm/x/",
    # Answers only probes that this server has signed.
    "/setup/echo",
    "/manifest.webmanifest",
    "/favicon.ico",
    "/avatar/x",
    "/avatar/uid/x",
    "/avatar/room/x",
    "/web-push-worker.js",
    "/web-push/received",
    "/preferences/email/",
    "/admin/password_change/",
    "/api/schema",
    "/api/docs",
    "/api/docs/plain",
    "/api/docs/quick-start",
    "/api/nowhere",
    "/api/info",
    "/api/v1/channels.anonymousread",
    "/api/v1/login",
    "/api/v1/method.callAnon/x",
    "/api/v1/service.configurations",
    "/api/v1/settings.oauth",
    "/api/v1/settings.public",
    "/api/v1/users.2fa.sendEmailCode",
    "/api/v1/users.forgotPassword",
    "/api/v1/users.getAvatar",
    "/api/v1/users.register",
    "/api/v1/users.sendConfirmationEmail",
    "/api/v1/pw.getPolicy",
    "/api/cloud/register",
    "/api/cloud/registration",
    "/api/cloud/connect",
    "/websocket",
    "/websocket/",
    "/sockjs/",
    "/sockjs/info",
    "/sockjs/websocket",
    "/sockjs/x/x/websocket",
}
SIGN_IN_PAGES = {"/sign-in/", "/admin/login/"}
# With these fields, the cloud's endpoints get as far as authentication.
FIELDS = {
    "grant_type": "client_credentials",
    "siteUrl": "https://theatre.example",
    "uniqueId": "u1",
    "name": "Theatre",
    "termsKnown": 0,
    "consents": [],
}
# URLs that accept a POST without a CSRF token, in addition to the API and the gateway, which use no cookies.
WITHOUT_CSRF_TOKEN = {"/unsubscribe/x/", "/web-push/received"}
NO_COOKIE_READ = ("/api/", "/hooks/", "/push/apn/send")

Found = tuple[str, Callable[..., Any]]


def part_of(pattern: Any) -> str:
    """Return a path that matches the pattern, with values for its parameters."""
    if isinstance(pattern, RoutePattern):
        return PARTS.sub(lambda match: KEYS.get(match["kind"], "x"), str(pattern))
    return BY_EXPRESSION.get(str(pattern), "") if str(pattern) not in ("", "^/") else ""


def addresses(patterns: list[URLPattern | URLResolver], before: str = "/") -> Iterator[Found]:
    """Yield every URL with its view."""
    for found in patterns:
        address = before + part_of(found.pattern)
        if isinstance(found, URLResolver):
            yield from addresses(found.url_patterns, address)
        else:
            yield address, found.callback


EVERY = dict(reversed(list(addresses(get_resolver().url_patterns))))
# The API responds with and without a trailing slash.
GUARDED = sorted(
    address
    for address in EVERY.keys() - OPEN
    if not (address.startswith("/api/") and address.endswith("/") and address.rstrip("/") in EVERY)
)


def signed_in(user: User, **options: Any) -> Client:
    client = Client(**options)
    client.force_login(user, backend="workspace.authentication.NameOrEmailBackend")
    return client


def answers(client: Client, address: str) -> Iterator[tuple[str, Any]]:
    """Yield the responses of a URL to each supported method."""
    view = getattr(EVERY[address], "cls", None)
    for method in [name for name in ("get", "post", "put", "delete") if view is None or hasattr(view, name)]:
        body = {} if method == "get" else {"data": FIELDS, "content_type": "application/json"}
        answer = getattr(client, method)(address, **body)
        if answer.status_code != 405:
            yield method, answer


def is_refused(answer: Any) -> bool:
    """Return True if the response redirects to the sign-in page, or rejects the anonymous caller."""
    if answer.status_code == 302:
        return answer.headers["Location"].split("?")[0] in SIGN_IN_PAGES
    return answer.status_code in (401, 403)


def let_in(client: Client, addresses: list[str]) -> list[tuple[str, str, int]]:
    """Return the methods and URLs that do not reject the client, with the status of the response."""
    return [
        (method, address, answer.status_code)
        for address in addresses
        for method, answer in answers(client, address)
        if not is_refused(answer)
    ]


def test_the_walk_finds_pages_endpoints_and_the_administration() -> None:
    assert {"/", "/rooms/x/join/", "/api/v1/push.token", "/admin/settings/x/", "/admin/push/device/"} <= set(GUARDED)
    assert not OPEN - EVERY.keys()


def test_an_anonymous_user_is_rejected() -> None:
    assert not let_in(Client(), GUARDED)


@pytest.mark.thorough
@pytest.mark.any_database
def test_a_member_has_no_access_to_any_admin_page() -> None:
    assert not let_in(signed_in(UserFactory()), [address for address in GUARDED if address.startswith("/admin/")])


def test_only_urls_without_cookies_accept_posts_from_other_sites() -> None:
    exempt = {address for address, callback in EVERY.items() if getattr(callback, "csrf_exempt", False)}
    assert {address for address in exempt if not address.startswith(NO_COOKIE_READ)} == WITHOUT_CSRF_TOKEN


def test_a_post_from_another_site_is_rejected() -> None:
    client = signed_in(administrator(), enforce_csrf_checks=True)
    reading_cookies = [address for address in GUARDED if not address.startswith(NO_COOKIE_READ)]
    assert [address for address in reading_cookies if client.post(address).status_code not in (403, 405)] == []


@pytest.mark.parametrize("is_signed_in", [False, pytest.param(True, marks=pytest.mark.thorough)])
def test_every_html_response_has_the_policies_and_no_inline_script(is_signed_in: bool) -> None:
    client = signed_in(administrator()) if is_signed_in else Client()
    pages = {address: client.get(address) for address in (EVERY if is_signed_in else OPEN | {"/admin/nowhere"})}
    pages = {
        address: page for address, page in pages.items() if page.headers.get("Content-Type", "")[:9] == "text/html"
    }
    assert {"/admin/" if is_signed_in else "/sign-in/", "/api/docs", "/admin/nowhere"} <= pages.keys()
    for address, page in pages.items():
        policy, html = page.headers["Content-Security-Policy"], page.content.decode()
        assert page.headers["Permissions-Policy"] == PERMISSIONS_POLICY, address
        assert inline_scripts(html) == [], address
        if policy == ADMIN_CONTENT_POLICY:
            assert address.startswith("/admin/"), address
        else:
            assert "script-src 'self';" in policy, address
            assert "unsafe" not in policy, address
            # Parts of pages, such as unfold's dialogs, are subject to the policy of the page that contains them.
            assert "<html" not in html or evaluated(html) == [], address
