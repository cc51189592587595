"""Browsers and addresses from which an account has signed in before.

Each has a separate limit for failed sign-ins, so that strangers who try passwords do not lock out the owner. A browser
is identified by a signed cookie, an app by its address.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from workspace.models import KnownAddress, User
from workspace.stored_json import stored_read, stored_write

REMEMBERED_FOR = timedelta(days=90)
SALT = "workspace.known_browser"
# The maximum number of accounts remembered per browser; the most recent is the last.
MAX_ACCOUNTS = 5
# Providers assign a network of this size to each customer, so all of its addresses count as one.
IPV6_PREFIX = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownBrowser:
    """The contents of the cookie: the browser's name, and the keys of the accounts that signed in with it."""

    id: str = ""
    accounts: tuple[int, ...] = ()


def client_address(request: HttpRequest) -> str | None:
    """Return the address from which a request came, or its network for IPv6; None if it has none."""
    try:
        address = ip_address(request.META.get("REMOTE_ADDR") or "")
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ip_network((int(address), IPV6_PREFIX), strict=False).network_address)
    return str(address)


def known_browser(request: HttpRequest, user: User) -> str:
    """Return the id of the browser if the account has signed in with it; else an empty text."""
    browser = _cookie_read(request)
    return browser.id if user.pk in browser.accounts else ""


def is_known_address(request: HttpRequest, user: User) -> bool:
    """Return True if the account has recently signed in from the address of the request."""
    address = client_address(request)
    known = KnownAddress.objects.filter(user=user, seen_at__gt=timezone.now() - REMEMBERED_FOR)
    return address is not None and known.filter(digest=_digest(user, address)).exists()


@transaction.atomic
def address_remember(*, request: HttpRequest, user: User) -> None:
    """Remember the address from which the account has signed in."""
    now = timezone.now()
    KnownAddress.objects.filter(user=user, seen_at__lte=now - REMEMBERED_FOR).delete()
    if address := client_address(request):
        KnownAddress.objects.update_or_create(user=user, digest=_digest(user, address), defaults={"seen_at": now})


def browser_remember(*, request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Set a cookie that identifies the browser as known for the account."""
    browser = _cookie_read(request)
    accounts = [key for key in browser.accounts if key != user.pk][1 - MAX_ACCOUNTS :]
    known = KnownBrowser(id=browser.id or secrets.token_hex(8), accounts=(*accounts, user.pk))
    response.set_cookie(
        settings.KNOWN_BROWSER_COOKIE_NAME,
        signing.dumps(stored_write(known), salt=SALT),
        max_age=REMEMBERED_FOR,
        path=settings.SESSION_COOKIE_PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _cookie_read(request: HttpRequest) -> KnownBrowser:
    try:
        stored = signing.loads(
            request.COOKIES.get(settings.KNOWN_BROWSER_COOKIE_NAME, ""), salt=SALT, max_age=REMEMBERED_FOR
        )
    except signing.BadSignature:
        return KnownBrowser()
    return stored_read(KnownBrowser, stored)


def _digest(user: User, address: str) -> str:
    return salted_hmac(f"workspace.known_address.{user.pk}", address, algorithm="sha256").hexdigest()
