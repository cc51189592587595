"""A site at a path of its host, such as `https://example.org/chat`: the path in `SITE_URL`.

Some proxies pass the path on and others strip it. Django needs the full path for links and redirects.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from django.conf import settings
from django.core import checks
from django.urls import URLPattern, URLResolver, get_resolver

from workspace.setting_groups.checks import TAG

Scope = Any
Application = Callable[[Scope, Any, Any], Awaitable[None]]


class SitePath:
    """ASGI application that adds the site's path to requests from which the proxy has stripped it."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if settings.SITE_PATH and "path" in scope:
            scope = {**scope, "path": path_in_host(scope["path"]), "root_path": settings.SITE_PATH}
        await self._application(scope, receive, send)


def path_in_host(path: str) -> str:
    """Return the path of a request as the browser sees it, including the site's path."""
    if path == settings.SITE_PATH:
        return f"{path}/"
    return path if path.startswith(f"{settings.SITE_PATH}/") else settings.SITE_PATH + path


def path_in_site(scope: Scope) -> str:
    """Return the path of a request without the site's path."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))


@checks.register(TAG)
def site_path_is_free(**_kwargs: Any) -> list[checks.CheckMessage]:
    """Reject a `SITE_URL` whose path starts like a page of this site.

    If a proxy strips the path, the two could not be distinguished.
    """
    first = settings.SITE_PATH.strip("/").split("/")[0]
    if not first or first not in {
        "static",
        "embedded",
        "push",
        "gateway",
        "_matrix",
        "health",
        "metrics",
        *first_segments(get_resolver().url_patterns),
    }:
        return []
    sentence = f"The path of SITE_URL must not start with /{first}: pages of this site do. Choose another path."
    return [checks.Error(sentence, id="workspace.E004")]


def first_segments(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
    """Yield the first path segment of each pattern."""
    for pattern in patterns:
        route = str(pattern.pattern).lstrip("^")
        if not route and isinstance(pattern, URLResolver):
            yield from first_segments(pattern.url_patterns)
        else:
            yield route.split("/")[0]
