"""URLs lead to the same views as without the dictionary."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import Resolver404, ResolverMatch, URLPattern, URLResolver, get_resolver, path
from django.urls.resolvers import RoutePattern

from workspace.server.url_lookup import RememberingResolver


def view(*_arguments: Any) -> None:
    """Stand for a view."""


(SITE,) = get_resolver().url_patterns
PLAIN = URLResolver(RoutePattern(""), SITE.url_patterns)


def routes(patterns: list[Any], before: str = "") -> list[str]:
    """Return the routes of all patterns without parameters."""
    found: list[str] = []
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            found += routes(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern) and isinstance(pattern.pattern, RoutePattern) and "<" not in route:
            found.append(route)
    return found


def described(match: ResolverMatch) -> tuple[Any, ...]:
    return (match.func, match.args, match.kwargs, match.route, match.view_name, match.namespaces, match.app_names)


def test_every_url_has_the_view_that_django_finds() -> None:
    addresses = [*routes(SITE.url_patterns), "channel/general", "api/v1/method.call/getRoomById", "api/nothing"]
    assert len(addresses) > 500
    # Comparing all of them takes two seconds.
    for address in (*addresses[::40], *addresses[-3:]):
        for _time in range(2):
            assert described(SITE.resolve(address)) == described(PLAIN.resolve(address)), address


def test_only_urls_of_patterns_are_remembered() -> None:
    resolver = RememberingResolver([path("rooms/", view), path("rooms/<str:name>", view)])
    for number in range(10):
        resolver.resolve(f"rooms/{number}")
        with pytest.raises(Resolver404):
            resolver.resolve(f"nothing/{number}")
    assert not resolver.remembered
    assert resolver.resolve("rooms/") is resolver.resolve("rooms/")
    assert list(resolver.remembered) == ["rooms/"]
