"""The look of the pages for everybody: unfold's colours and fields, with a sidebar of the user's own."""

from __future__ import annotations

from secrets import token_urlsafe
from typing import Any

from django.http import HttpRequest
from unfold.sites import UnfoldAdminSite

from workspace.models import GeneralSettings, User
from workspace.pages.contributions import Place, contributions, links_of
from workspace.pages.presence import heartbeat_seconds
from workspace.pages.sidebar import sidebar_room_lines
from workspace.roles import is_workspace
from workspace.selectors.accounts import accepts_browser_time_zone
from workspace.server.middleware import STYLE_NONCE


class UserSite(UnfoldAdminSite):  # type: ignore[misc]
    """The site of every signed-in user, in the administration's look; its pages are plain views of the apps."""

    settings_name = "UNFOLD"

    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.is_authenticated and request.user.is_active

    def get_sidebar_list(self, request: HttpRequest) -> list[dict[str, Any]]:
        return [{"items": [self.entry(request, link) for link in links_of(request, Place.SIDEBAR)]}]

    def get_tabs_list(self, request: HttpRequest) -> list[dict[str, Any]]:
        return []

    @staticmethod
    def entry(request: HttpRequest, link: Any) -> dict[str, Any]:
        """Return a link as the templates show it; the one to the page that is open is marked."""
        url = link.url
        return {"name": link.view, "title": link.title, "icon": link.icon, "link": url, "active": request.path == url}


def account_tabs(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the links to the account's pages; the one that the open page is, or lies below, is marked."""
    links = links_of(request, Place.ACCOUNT)
    open_url = max((link.url for link in links if request.path.startswith(link.url)), key=len, default="")
    return [user_site.entry(request, link) | {"active": link.url == open_url} for link in links]


user_site = UserSite(name="pages")


def page_context(request: HttpRequest, *, title: str, room: str = "") -> dict[str, Any]:
    """Return what the templates `pages/base.html` and `pages/account.html` need.

    `title` is the page's; `room` the public id of the room that is open, if one is.
    """
    request.current_app = user_site.name
    nonce = request.META.setdefault(STYLE_NONCE, token_urlsafe(16))
    context = {
        **user_site.each_context(request),
        "site_name": GeneralSettings.current().site_name,
        "title": title,
        "style_nonce": nonce,
        "presence_heartbeat": heartbeat_seconds(),
        "open_room": room,
        # A cloud's own few pages stand alone.
        "is_framed": isinstance(request.user, User) and is_workspace(),
    }
    if isinstance(request.user, User):
        context["account_links"] = account_tabs(request)
        # The script reloads the page once the time zone is saved, which must not repeat a form.
        context["asks_time_zone"] = request.method == "GET" and accepts_browser_time_zone(request.user)
    if isinstance(request.user, User) and is_workspace():
        context |= {
            "rooms": sidebar_room_lines(request.user),
            "notices": contributions.notices_for(request.user),
            "page_scripts": [(script, script.data(request)) for script in contributions.scripts],
        }
    return context
