"""Admin pages of messages, without the text for users who may not read it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    BooleanRadioFilter,
    FieldTextFilter,
)

from workspace.admin import labels
from workspace.admin.base import ReadOnlyAdmin
from workspace.admin.columns import EMPTY, room_link, time_cell, user_link
from workspace.admin.filters import TimeRangeFilter
from workspace.models import Message, TextPlace, User
from workspace.services.text_views import messages_viewed

READ_TEXT = "workspace.view_message_text"
SHOWN_LENGTH = 80


def may_read_text(request: HttpRequest) -> bool:
    """Return True if the user may read other people's messages. Each text shown must be logged."""
    return request.user.has_perm(READ_TEXT)


def reader_of(request: HttpRequest) -> User:
    """Return the signed-in user."""
    assert isinstance(request.user, User)
    return request.user


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    """Read-only: messages are only written, edited and deleted in rooms."""

    list_display = ("sent", "of_room", "author", "kind", "mentions_column")
    list_select_related = ("room", "sender")
    list_filter = (
        ("room", AutocompleteSelectFilter),
        ("sender", AutocompleteSelectFilter),
        ("type", FieldTextFilter),
        ("mentions_all", BooleanRadioFilter),
        ("mentions_here", BooleanRadioFilter),
        ("sent_at", TimeRangeFilter),
    )
    search_fields = ("=public_id", "sender__username", "room__name")
    search_help_text = _("Id, sender or room")
    ordering = ("-pk",)
    sortable_by = ()
    fieldsets = (
        (None, {"fields": (("room", "sender"), ("kind", "public_id"))}),
        (_("Mentions"), {"fields": (("mentioned_people", "mentions_all", "mentions_here"),)}),
        (_("Thread"), {"fields": (("parent", "is_shown_in_room"), ("reply_count", "last_reply_at"))}),
        (_("When"), {"fields": (("sent_at", "accepted_at"), ("edited_at", "edited_by"), ("deleted_at",))}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        messages: QuerySet[Message] = super().get_queryset(request)
        return messages.prefetch_related("mentioned_users")

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        columns = list(super().get_list_display(request))
        return [*columns[:3], "excerpt", *columns[3:]] if may_read_text(request) else columns

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        # A search also reveals the text, so users who may not read it must not search it.
        return [*self.search_fields, "text"] if may_read_text(request) else list(self.search_fields)

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        first, *rest = super().get_fieldsets(request, obj)
        if not may_read_text(request):
            return [first, *rest]
        return [first, (_("Text"), {"fields": ("written",)}), *rest]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        response = super().changelist_view(request, extra_context)
        context = getattr(response, "context_data", None) or {}
        if "cl" in context and may_read_text(request):
            messages_viewed(reader=reader_of(request), messages=context["cl"].result_list, place=TextPlace.LIST)
        return response

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        message = kwargs.get("obj")
        if message is not None and may_read_text(request):
            messages_viewed(reader=reader_of(request), messages=[message], place=TextPlace.PAGE)
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(description=_("sent"))
    def sent(self, message: Message) -> SafeString | str:
        return time_cell(message.sent_at)

    @admin.display(description=_("room"))
    def of_room(self, message: Message) -> SafeString | str:
        return room_link(message.room)

    @admin.display(description=_("sender"))
    def author(self, message: Message) -> SafeString:
        return user_link(message.sender)

    @admin.display(description=_("text"))
    def excerpt(self, message: Message) -> str:
        return Truncator(message.text).chars(SHOWN_LENGTH) or EMPTY

    @admin.display(description=_("text"))
    def written(self, message: Message) -> SafeString | str:
        return format_html('<span class="cb-text">{}</span>', message.text) if message.text else EMPTY

    @admin.display(description=_("kind"))
    def kind(self, message: Message) -> SafeString:
        return labels.message_kind(message)

    @admin.display(description=_("mentions"))
    def mentions_column(self, message: Message) -> str:
        groups = ["@all"] * message.mentions_all + ["@here"] * message.mentions_here
        return ", ".join([*groups, *(f"@{user.username}" for user in message.mentioned_users.all())]) or EMPTY

    @admin.display(description=_("mentioned by name"))
    def mentioned_people(self, message: Message) -> str:
        return ", ".join(f"@{user.username}" for user in message.mentioned_users.all()) or EMPTY
