"""Rate limits of endpoints."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import ClassVar, Protocol

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from workspace.api.errors import TooManyRequestsError
from workspace.cache import call_count
from workspace.models import User


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `calls` in each interval of `milliseconds`."""

    calls: int
    milliseconds: int


# Rocket.Chat's default limit.
DEFAULT_RATE = Rate(10, 60_000)


@dataclass(frozen=True, slots=True)
class Usage:
    """The calls counted against a limit, and the start of the next interval (epoch milliseconds)."""

    rate: Rate
    calls: int
    reset: int

    @property
    def exceeded(self) -> bool:
        return self.calls > self.rate.calls

    def wait(self) -> float:
        """Return the number of seconds until the next interval."""
        return max(0.0, self.reset / 1000 - time.time())

    def headers(self) -> dict[str, str]:
        """Return the response headers of the limit."""
        return {
            "x-ratelimit-limit": str(self.rate.calls),
            "x-ratelimit-remaining": str(max(0, self.rate.calls - self.calls)),
            "x-ratelimit-reset": str(self.reset),
        }


class RateLimited(Protocol):
    """An endpoint with a rate limit; `usage` is set for each request that is counted."""

    rate: ClassVar[Rate]
    usage: Usage | None


class EndpointThrottle(BaseThrottle):
    """Counts calls per endpoint and caller: the account, or the address if not signed in.

    The counters are in the cache. With Redis, they apply to all web processes together, else to each process.
    """

    usage: Usage

    def allow_request(self, request: Request, view: RateLimited) -> bool:  # type: ignore[override]
        if not settings.API_RATE_LIMITING:
            return True
        user = request.user if isinstance(request.user, User) else None
        caller = caller_key(user, request.META.get("REMOTE_ADDR"))
        self.usage = view.usage = usage_count(view.rate, f"{endpoint_of(request)}:{request.method}:{caller}")
        return not self.usage.exceeded or may_bypass(user)

    def wait(self) -> float:
        return self.usage.wait()


def endpoint_of(request: Request) -> str:
    """Return the URL pattern of the called endpoint, without a trailing slash."""
    match = request._request.resolver_match
    assert match is not None
    return match.route.rstrip("/")


def caller_key(user: User | None, address: str | None) -> str:
    """Return the part of a counter's key for the caller: the account, or the address if not signed in."""
    return f"user:{user.pk}" if user else f"address:{address}"


def may_bypass(user: User | None) -> bool:
    """Return True if the limits do not apply to the user."""
    return bool(user and user.has_perm("workspace.api_bypass_rate_limit"))


def limit_check(rate: Rate, key: str, *, user: User | None, address: str | None) -> None:
    """Count a call of what `key` names, an endpoint or a method; raises TooManyRequestsError over the limit."""
    if not settings.API_RATE_LIMITING:
        return
    usage = usage_count(rate, f"{key}:{caller_key(user, address)}")
    if usage.exceeded and not may_bypass(user):
        raise TooManyRequestsError(max(1, math.ceil(usage.wait())))


def usage_count(rate: Rate, key: str, *, calls: int = 1) -> Usage:
    """Count a call under `key`, or several, and return the usage of its limit."""
    interval = int(time.time() * 1000) // rate.milliseconds
    total = call_count(f"rate:{key}:{interval}", seconds=math.ceil(2 * rate.milliseconds / 1000), calls=calls)
    return Usage(rate, total, (interval + 1) * rate.milliseconds)
