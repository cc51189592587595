"""The rooms of the reader: all of them a page at a time, and those in the sidebar."""

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

ROOMS_A_PAGE = 50
WORDS_MAX_LENGTH = 100


def words_of(request: HttpRequest) -> str:
    """Return what the reader searches for."""
    return request.GET.get("q", "").strip()[:WORDS_MAX_LENGTH]


@login_required
@require_GET
def rooms(request: HttpRequest) -> HttpResponse:
    """Show the rooms that the reader is in, those with something unread first."""
    return rooms_response(request)


def rooms_response(request: HttpRequest, *, people: str = "", problem: str = "") -> HttpResponse:
    """Return the page; `people` stands in the field for whom to write to, with the `problem` there is.

    The links on it lead to the list, whatever was asked for.
    """
    user = reader_of(request)
    words = words_of(request)
    page = Paginator(rooms_matching(user, words), ROOMS_A_PAGE).get_page(request.GET.get("page"))
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
    """Return the rooms in the sidebar as they stand now, for pages that stay open."""
    user = reader_of(request)
    context = {"rooms": sidebar_room_lines(user), "open_room": request.GET.get("open", "")[:PUBLIC_ID_LENGTH]}
    return TemplateResponse(request, "pages/sidebar_rooms.html", context)
