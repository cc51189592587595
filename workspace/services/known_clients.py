"""Browsers and addresses that an account has signed in from before.

Each of them has its own budget of failed sign-ins, so strangers who try passwords do not lock the account's owner out.
A browser is known by a signed cookie, an app by its address.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from workspace.models import KnownAddress, User

REMEMBERED = timedelta(days=90)
SALT = "workspace.known_browser"
# The accounts that one browser is known for, the latest last.
MOST_ACCOUNTS = 5
# A provider gives each customer such a network; its addresses count as one.
IPV6_PREFIX = 64


def client_address(request: HttpRequest) -> str | None:
    """Return the address that a request came from, for IPv6 that of its network; None without one."""
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
    """Return the name of the browser that sent the request if the account has signed in with it, else ''."""
    browser = _cookie_read(request)
    return str(browser["id"]) if user.pk in browser["accounts"] else ""


def is_known_address(request: HttpRequest, user: User) -> bool:
    """Return True if the account has signed in from the request's address lately."""
    address = client_address(request)
    known = KnownAddress.objects.filter(user=user, seen_at__gt=timezone.now() - REMEMBERED)
    return address is not None and known.filter(digest=_digest(user, address)).exists()


@transaction.atomic
def address_remember(*, request: HttpRequest, user: User) -> None:
    """Remember from where the account has signed in."""
    now = timezone.now()
    KnownAddress.objects.filter(user=user, seen_at__lte=now - REMEMBERED).delete()
    if address := client_address(request):
        KnownAddress.objects.update_or_create(user=user, digest=_digest(user, address), defaults={"seen_at": now})


def browser_remember(*, request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Give the browser a cookie by which it is known for the account."""
    browser = _cookie_read(request)
    accounts = [key for key in browser["accounts"] if key != user.pk][1 - MOST_ACCOUNTS :]
    response.set_cookie(
        settings.KNOWN_BROWSER_COOKIE_NAME,
        signing.dumps({"id": browser["id"] or secrets.token_hex(8), "accounts": [*accounts, user.pk]}, salt=SALT),
        max_age=REMEMBERED,
        path=settings.SESSION_COOKIE_PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _cookie_read(request: HttpRequest) -> Mapping[str, Any]:
    try:
        found: dict[str, Any] = signing.loads(
            request.COOKIES.get(settings.KNOWN_BROWSER_COOKIE_NAME, ""), salt=SALT, max_age=REMEMBERED
        )
    except signing.BadSignature:
        return {"id": "", "accounts": []}
    return found


def _digest(user: User, address: str) -> str:
    return salted_hmac(f"workspace.known_address.{user.pk}", address, algorithm="sha256").hexdigest()
