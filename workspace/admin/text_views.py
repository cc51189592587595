"""Admin pages of the message access log."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from io import StringIO
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter

from workspace.admin.base import ReadOnlyAdmin
from workspace.admin.columns import EMPTY, room_link, time_cell, user_link
from workspace.admin.contributions import RelatedLink, contribute
from workspace.admin.filters import TimeRangeFilter
from workspace.models import Message, TextView
from workspace.roles import Role

MAX_EXPORTED = 100_000


@admin.register(TextView)
class TextViewAdmin(ReadOnlyAdmin):
    """A read-only log."""

    belongs_to = Role.ANY
    list_display = ("viewed", "who", "of_room", "what", "place")
    list_select_related = ("reader", "room", "message")
    list_filter = (
        ("reader", AutocompleteSelectFilter),
        ("room", AutocompleteSelectFilter),
        ("place", ChoicesDropdownFilter),
        ("viewed_at", TimeRangeFilter),
    )
    search_fields = ("reader_name", "=message__public_id")
    search_help_text = _("Reader's name or message id")
    ordering = ("-pk",)
    sortable_by = ()
    fields = (("viewed", "who"), ("of_room", "what"), "place")
    list_before_template = "admin/workspace/textview/export_link.html"

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.export_view)
        return [path("export/", view, name="workspace_textview_export"), *super().get_urls()]

    def export_view(self, request: HttpRequest) -> HttpResponse:
        """Return the filtered records as a CSV file, the newest first."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        rows = self.get_changelist_instance(request).get_queryset(request)
        content = views_as_csv(rows.select_related("room", "message__sender")[:MAX_EXPORTED])
        headers = {"Content-Disposition": 'attachment; filename="message-access.csv"'}
        return HttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)

    @admin.display(description=_("viewed"))
    def viewed(self, view: TextView) -> SafeString | str:
        return time_cell(view.viewed_at)

    @admin.display(description=_("reader"))
    def who(self, view: TextView) -> SafeString | str:
        return user_link(view.reader) if view.reader else view.reader_name

    @admin.display(description=_("room"))
    def of_room(self, view: TextView) -> SafeString | str:
        return room_link(view.room) if view.room else EMPTY

    @admin.display(description=_("what"))
    def what(self, view: TextView) -> SafeString | str:
        return format_html("<code>{}</code>", view.message.public_id) if view.message else view.about or EMPTY


def views_as_csv(views: Iterable[TextView]) -> str:
    """Return the records as CSV: when, who, whose message in which room, and where. It contains no texts."""
    output = StringIO()
    writer = csv.writer(output)
    writer.writerow(["viewed", "reader", "author", "room", "message", "about", "place"])
    for view in views:
        message = view.message
        writer.writerow(
            [
                view.viewed_at.isoformat(timespec="seconds"),
                *map(as_text, (view.reader_name, message.sender.username if message else "")),
                *map(as_text, (str(view.room or ""), message.public_id if message else "", view.about, view.place)),
            ]
        )
    return output.getvalue()


def as_text(value: str) -> str:
    """Return the value so that no spreadsheet takes it for a formula."""
    return f"'{value}" if value.startswith(("=", "+", "-", "@", "\t", "\r")) else value


contribute(Message, links=[RelatedLink(_("Read by"), "visibility", TextView, "message__id__exact")])
