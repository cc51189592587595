"""The look of the pages outside the administration: unfold's skeleton, colours and widgets, without its sidebar."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from unfold.sites import UnfoldAdminSite

from workspace.models import GeneralSettings
from workspace.pages.presence import heartbeat_seconds


class PagesSite(UnfoldAdminSite):  # type: ignore[misc]
    """Lends the administration's look to pages for everybody; it has no addresses of its own."""

    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active

    def get_sidebar_list(self, request: HttpRequest) -> list[dict[str, Any]]:
        return []

    def get_tabs_list(self, request: HttpRequest) -> list[dict[str, Any]]:
        return []


pages_site = PagesSite(name="pages")


def page_context(request: HttpRequest, *, title: str) -> dict[str, Any]:
    """Return what the template `pages/base.html` needs: the look, the workspace's name and the page's title."""
    return {
        **pages_site.each_context(request),
        "site_name": GeneralSettings.current().site_name,
        "title": title,
        "presence_heartbeat": heartbeat_seconds(),
    }
