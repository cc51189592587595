"""Authentication of a source by its key, in the header `Authorization: Bearer cbs_…`."""

from __future__ import annotations

import math
from typing import Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from workspace.api.errors import TooManyRequestsError
from workspace.api.throttling import Rate, usage_count
from workspace.errors import SignInError
from workspace.models import EventSource
from workspace.selectors.events.sources import source_of_key

SCHEME = "Bearer "
MINUTE = 60_000
# Calls with a wrong key that an address may make.
WRONG_KEYS = Rate(60, MINUTE)


class SourceKeyAuthentication(BaseAuthentication):
    """Finds the source. It is no account, so the request has no user."""

    def authenticate(self, request: Request) -> tuple[None, EventSource]:
        given = request.headers.get("Authorization", "")
        source = source_of_key(given.removeprefix(SCHEME)) if given.startswith(SCHEME) else None
        if source is None:
            wrong_key_count(request)
            raise SignInError(message="The key of the source is missing or invalid")
        return None, source

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class HasSource(BasePermission):
    """Requires the key of a source."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return isinstance(request.auth, EventSource)


class SourceKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Describes the key in the OpenAPI schema."""

    target_class = SourceKeyAuthentication
    name = "sourceKey"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


def wrong_key_count(request: Request) -> None:
    """Count a call with a wrong key; raises TooManyRequestsError if the address has made too many."""
    if not settings.API_RATE_LIMITING:
        return
    usage = usage_count(WRONG_KEYS, f"source-keys:{request.META.get('REMOTE_ADDR')}")
    if usage.exceeded:
        raise TooManyRequestsError(max(1, math.ceil(usage.wait())))


def source_of(request: Request) -> EventSource:
    """Return the source that makes the request."""
    source = request.auth
    assert isinstance(source, EventSource)
    return source
