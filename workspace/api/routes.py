"""Addresses of endpoints."""

from __future__ import annotations

from django.urls import URLPattern, path

from workspace.api.base import Api


def routes(views: dict[str, type[Api]]) -> list[URLPattern]:
    """Return the endpoints' addresses, each with and without a slash at its end: a POST survives no redirect."""
    return [path(name + slash, view.as_view()) for name, view in views.items() for slash in ("", "/")]
