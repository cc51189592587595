"""The admin's look and its sidebar (django-unfold)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

NAVIGATION: list[dict[str, Any]] = []


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the sidebar: the parts listed here, and the settings' part, which follows from their declarations."""
    from workspace.pages.settings.navigation import settings_navigation

    return [*NAVIGATION, settings_navigation(request)]


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Callboard",
    "SITE_HEADER": "Callboard",
    "SITE_SYMBOL": "campaign",
    "SIDEBAR": {
        "show_search": True,
        "show_all_applications": True,
        "navigation": "workspace.config.unfold.navigation",
    },
}
