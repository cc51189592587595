"""Finds the views of URLs without parameters, such as those of the API, in a dictionary.

Django tries hundreds of regular expressions one after the other, and twice for each request: once to find out whether
the URL lacks a slash.
"""

from __future__ import annotations

from typing import Any

from django.urls import ResolverMatch, URLPattern, URLResolver
from django.urls.resolvers import RoutePattern


class RememberingResolver(URLResolver):
    """Resolves like Django, and remembers the views of URLs that are equal to their pattern.

    There are only as many of these as patterns, so that nobody can fill the memory with them.
    """

    def __init__(self, patterns: list[URLPattern | URLResolver]) -> None:
        super().__init__(RoutePattern(""), patterns)
        self.remembered: dict[str, ResolverMatch] = {}

    def resolve(self, path: Any) -> ResolverMatch:
        """Return the view of a path; raises Resolver404 if there is none."""
        match = self.remembered.get(path)
        if match is None:
            match = super().resolve(path)
            if match.route == path:
                # The patterns that were tried before are only shown on debug pages for unknown URLs.
                match.tried = None
                self.remembered[path] = match
        return match
