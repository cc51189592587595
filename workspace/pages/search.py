"""The search in the administration: pages, settings, people and rooms that the user may see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

from django.contrib import admin
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from workspace.admin.navigation import all_navigation
from workspace.models import Room, User
from workspace.pages.settings.base import admin_page, may_view
from workspace.pages.settings.presentation import search as settings_found
from workspace.pages.settings.presentation import setting_url
from workspace.setting_groups.registry import RegisteredSetting

RowT = TypeVar("RowT", User, Room)

QUERY_MAX_LENGTH = 200
# The number of results of each kind in the list while typing, and on the results page.
LIST_LIMIT, PAGE_LIMIT = 6, 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A search result: name, location and URL."""

    title: str
    url: str
    icon: str
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The results of one kind."""

    key: str
    title: str | Promise
    hits: list[Hit]


def admin_search(request: HttpRequest) -> HttpResponse:
    """Show the results: on a page, or as a list below the search field (`part=found`)."""
    query = request.GET.get("q", "").strip()[:QUERY_MAX_LENGTH]
    is_list = request.GET.get("part") == "found"
    parts = list(search_parts(request, query, LIST_LIMIT if is_list else PAGE_LIMIT)) if query else []
    context = {"query": query, "parts": parts}
    if is_list:
        return render(request, "admin/search_found.html", context)
    return admin_page(request, "admin/search.html", _("Search"), context)


def search_parts(request: HttpRequest, query: str, limit: int) -> Iterator[Part]:
    """Yield the kinds of results for the query, with at most `limit` results each."""
    words = query.casefold().split()
    kinds = (
        ("pages", _("Pages"), page_hits(request, words)),
        ("settings", _("Settings"), setting_hits(request, query)),
        ("people", _("People"), people_hits(request, words, limit)),
        ("rooms", _("Rooms"), room_hits(request, words, limit)),
    )
    for key, title, hits in kinds:
        if hits:
            yield Part(key=key, title=title, hits=hits[:limit])


def page_hits(request: HttpRequest, words: list[str]) -> list[Hit]:
    """Return the admin pages whose name or section contains every word."""
    hits = []
    for part in all_navigation(request):
        for item in part["items"]:
            text = f"{item['title']} {part.get('title', '')}".casefold()
            if all(word in text for word in words) and item.get("permission", lambda _request: True)(request):
                location = str(part.get("title", ""))
                hits.append(Hit(title=str(item["title"]), url=str(item["link"]), icon=item["icon"], text=location))
    return sorted(hits, key=lambda hit: not all(word in hit.title.casefold() for word in words))


def setting_hits(request: HttpRequest, query: str) -> list[Hit]:
    """Return the matching settings, first those whose name or id contains the query."""
    if not may_view(request):
        return []
    needle = query.casefold()
    settings = sorted(settings_found(query), key=lambda entry: needle not in f"{entry.label} {entry.id}".casefold())
    return [
        Hit(title=entry.label, url=setting_url(entry), icon="tune", text=setting_place(entry)) for entry in settings
    ]


def setting_place(entry: RegisteredSetting) -> str:
    """Return the group, section and id of a setting."""
    section = f" › {entry.declaration.section}" if entry.declaration.section else ""
    return f"{entry.group.label()}{section} · {entry.id}"


def people_hits(request: HttpRequest, words: list[str], limit: int) -> list[Hit]:
    """Return the accounts whose username, name or address contains every word."""
    if not admin.site._registry[User].has_view_permission(request):
        return []
    users = rows_containing(User.objects.all(), words, "username", "name", "emails__address")
    return [
        Hit(title=user.display_name, url=change_url(user), icon="person", text=f"@{user.username}")
        for user in best_first(users, words, "username", limit)
    ]


def room_hits(request: HttpRequest, words: list[str], limit: int) -> list[Hit]:
    """Return the channels and groups whose name or topic contains every word."""
    if not admin.site._registry[Room].has_view_permission(request):
        return []
    rooms = rows_containing(Room.objects.exclude(name=""), words, "name", "topic")
    return [
        Hit(title=str(room), url=change_url(room), icon="forum", text=room.topic)
        for room in best_first(rooms, words, "name", limit)
    ]


def rows_containing(rows: QuerySet[RowT], words: list[str], *columns: str) -> QuerySet[RowT]:
    """Return the rows that contain every word in one of the columns."""
    for word in words:
        condition = Q()
        for column in columns:
            condition |= Q(**{f"{column}__icontains": word})
        rows = rows.filter(condition)
    return rows


def best_first(rows: QuerySet[RowT], words: list[str], column: str, limit: int) -> list[RowT]:
    """Return the first rows: those whose name begins with the first word, then the others by name."""
    begins = Case(
        When(**{f"{column}__istartswith": words[0]}, then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    return list(rows.annotate(rank=begins).order_by("rank", column).distinct()[:limit])


def change_url(row: User | Room) -> str:
    """Return the URL of the row's page."""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
