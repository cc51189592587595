"""How often a caller may call each endpoint."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from workspace.cache import call_count
from workspace.models import User

if TYPE_CHECKING:
    from workspace.api.base import Api


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `calls` in each interval of `milliseconds`."""

    calls: int
    milliseconds: int


# The limit that the chat server which clients know has for every endpoint without one of its own.
DEFAULT_RATE = Rate(10, 60_000)


@dataclass(frozen=True, slots=True)
class Usage:
    """What a caller has used of one endpoint's limit, and when (epoch milliseconds) the next interval begins."""

    rate: Rate
    calls: int
    reset: int

    @property
    def exceeded(self) -> bool:
        return self.calls > self.rate.calls

    def headers(self) -> dict[str, str]:
        """Return the limit's response headers."""
        return {
            "x-ratelimit-limit": str(self.rate.calls),
            "x-ratelimit-remaining": str(max(0, self.rate.calls - self.calls)),
            "x-ratelimit-reset": str(self.reset),
        }


class EndpointThrottle(BaseThrottle):
    """Counts calls per endpoint and caller: the account, or the address of somebody not signed in.

    The count lives in the cache, so it holds for all web processes where that is Redis, else for each by itself.
    """

    usage: Usage

    def allow_request(self, request: Request, view: Api) -> bool:  # type: ignore[override]
        if not settings.API_RATE_LIMITING:
            return True
        user = request.user if isinstance(request.user, User) else None
        caller = f"user:{user.pk}" if user else f"address:{request.META.get('REMOTE_ADDR')}"
        self.usage = view.usage = usage_count(view.rate, f"{endpoint_of(request)}:{request.method}:{caller}")
        return not self.usage.exceeded or bool(user and user.has_perm("workspace.api_bypass_rate_limit"))

    def wait(self) -> float:
        return max(0.0, self.usage.reset / 1000 - time.time())


def endpoint_of(request: Request) -> str:
    """Return the address at which the called endpoint is declared, the same with and without a slash at its end."""
    match = request._request.resolver_match
    assert match is not None
    return match.route.rstrip("/")


def usage_count(rate: Rate, key: str) -> Usage:
    """Count one call under `key`, and return what has been used of its limit."""
    interval = int(time.time() * 1000) // rate.milliseconds
    calls = call_count(f"rate:{key}:{interval}", seconds=math.ceil(2 * rate.milliseconds / 1000))
    return Usage(rate, calls, (interval + 1) * rate.milliseconds)
