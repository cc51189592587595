"""The layout of user pages: unfold's style, with a sidebar for the user."""

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
from workspace.selectors.sign_ins.requirements import needs_second_factor
from workspace.server.embedding import PAGES, is_embedded
from workspace.server.middleware import STYLE_NONCE


class UserSite(UnfoldAdminSite):  # type: ignore[misc]
    """A site for all signed-in users in the style of the administration. Its pages are plain views of the apps."""

    settings_name = "UNFOLD"

    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.is_authenticated and request.user.is_active

    def get_sidebar_list(self, request: HttpRequest) -> list[dict[str, Any]]:
        return [{"items": [self.entry(request, link) for link in links_of(request, Place.SIDEBAR)]}]

    def get_tabs_list(self, request: HttpRequest) -> list[dict[str, Any]]:
        return []

    @staticmethod
    def entry(request: HttpRequest, link: Any) -> dict[str, Any]:
        """Return a link for the templates, marked as active if its page is open."""
        url = link.url
        return {"name": link.view, "title": link.title, "icon": link.icon, "link": url, "active": request.path == url}


def account_tabs(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the links to the account pages. The one that contains the open page is active."""
    links = links_of(request, Place.ACCOUNT)
    if is_embedded(request):
        links = [link for link in links if link.view in PAGES]
    open_url = max((link.url for link in links if request.path.startswith(link.url)), key=len, default="")
    return [user_site.entry(request, link) | {"active": link.url == open_url} for link in links]


user_site = UserSite(name="pages")


def page_context(request: HttpRequest, *, title: str, room: str = "") -> dict[str, Any]:
    """Return the context that `pages/base.html` and `pages/account.html` need.

    `title` is the title of the page, `room` the public id of the open room, if any.
    """
    request.current_app = user_site.name
    # Only the set-up of the second factor is open to this user, so nothing else is linked.
    is_limited = isinstance(request.user, User) and not is_embedded(request) and needs_second_factor(request.user)
    nonce = request.META.setdefault(STYLE_NONCE, token_urlsafe(16))
    context = {
        **user_site.each_context(request),
        "site_name": GeneralSettings.current().site_name,
        "title": title,
        "style_nonce": nonce,
        "presence_heartbeat": heartbeat_seconds(),
        "open_room": room,
        # The pages of a cloud have no sidebar.
        "is_framed": isinstance(request.user, User) and is_workspace() and not (is_limited or is_embedded(request)),
        "is_embedded": is_embedded(request),
    }
    if isinstance(request.user, User):
        context["account_links"] = [] if is_limited else account_tabs(request)
        # The script reloads the page after saving the time zone, which must not resubmit a form.
        context["asks_time_zone"] = request.method == "GET" and accepts_browser_time_zone(request.user)
    if isinstance(request.user, User) and context["is_framed"]:
        context |= {
            "rooms": sidebar_room_lines(request.user),
            "notices": contributions.notices_for(request.user),
            "page_scripts": [(script, script.data(request)) for script in contributions.scripts],
        }
    return context
