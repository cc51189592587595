"""Admin pages of the message access log."""

from __future__ import annotations

from django.contrib import admin
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


contribute(Message, links=[RelatedLink(_("Read by"), "visibility", TextView, "message__id__exact")])
