"""The room list, and the rooms in the sidebar."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from workspace.ids import PUBLIC_ID_LENGTH
from workspace.pages.layout import page_context
from workspace.pages.reader import reader_of
from workspace.pages.sidebar import lines_of, sidebar_room_lines
from workspace.selectors.room_list import rooms_matching

ROOMS_PER_PAGE = 50
WORDS_MAX_LENGTH = 100


def search_words(request: HttpRequest) -> str:
    """Return the search words in the query."""
    return request.GET.get("q", "").strip()[:WORDS_MAX_LENGTH]


@login_required
@require_GET
def rooms(request: HttpRequest) -> HttpResponse:
    """Show the user's rooms, first those with unread messages."""
    return rooms_response(request)


def rooms_response(request: HttpRequest, *, people: str = "", problem: str = "") -> HttpResponse:
    """Return the page. `people` is the content of the field for a new direct message, `problem` its error.

    Links on the page always lead to the list, even if another URL was requested.
    """
    user = reader_of(request)
    words = search_words(request)
    page = Paginator(rooms_matching(user, words), ROOMS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        **page_context(request, title=_("Rooms")),
        "here": reverse("rooms"),
        "words": words,
        "page": page,
        "lines": lines_of(page.object_list, user=user),
        "people": people,
        "people_problem": problem,
    }
    return TemplateResponse(request, "pages/rooms/list.html", context)


@login_required
@require_GET
def sidebar_rooms(request: HttpRequest) -> HttpResponse:
    """Return the current rooms in the sidebar, for open pages."""
    user = reader_of(request)
    context = {"rooms": sidebar_room_lines(user), "open_room": request.GET.get("open", "")[:PUBLIC_ID_LENGTH]}
    return TemplateResponse(request, "pages/sidebar_rooms.html", context)
