"""Admin pages of reported messages. Every reported text that is shown is logged."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from workspace.admin.base import ReadOnlyAdmin
from workspace.admin.columns import EMPTY, room_link, time_cell, user_link
from workspace.admin.confirmation import ConfirmedAction
from workspace.admin.filters import TimeRangeFilter
from workspace.admin.messages import SHOWN_LENGTH, reader_of
from workspace.models import Report, TextPlace
from workspace.services.message_marks.reports import reports_dismiss
from workspace.services.text_views import messages_viewed


def dismiss(request: HttpRequest, report: Report) -> None:
    """Dismiss a report."""
    reports_dismiss(moderator=reader_of(request), reports=Report.objects.filter(pk=report.pk))


@admin.register(Report)
class ReportAdmin(ReadOnlyAdmin):
    """Reported messages, for users with the permission to read reports."""

    list_display = ("reported", "author", "of_room", "excerpt", "what_is_wrong", "by", "dismissed")
    list_select_related = ("message__sender", "message__room", "reporter", "dismissed_by")
    list_filter = (
        ("message__sender", AutocompleteSelectFilter),
        ("dismissed_at", admin.EmptyFieldListFilter),
        ("created_at", TimeRangeFilter),
    )
    search_fields = ("message__sender__username", "=message__public_id", "=public_id")
    search_help_text = _("Sender or id")
    ordering = ("-pk",)
    sortable_by = ()
    fields = (("reported", "by"), ("author", "of_room"), "what_is_wrong", "written", ("dismissed", "reason"))
    confirmed_actions = (
        ConfirmedAction(
            name="dismiss",
            title=_("Dismiss"),
            question=_("Dismiss this report? Clients no longer list it."),
            permission="workspace.manage_moderation_actions",
            run=dismiss,
            icon="done",
            applies=lambda report: report.dismissed_at is None,
        ),
    )

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm("workspace.view_moderation_console")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        response = super().changelist_view(request, extra_context)
        context = getattr(response, "context_data", None) or {}
        if "cl" in context:
            self.log_views(request, context["cl"].result_list)
        return response

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        if report := kwargs.get("obj"):
            self.log_views(request, [report])
        return super().render_change_form(request, context, *args, **kwargs)

    def log_views(self, request: HttpRequest, reports: Any) -> None:
        """Log that the user has read the texts of the reported messages."""
        messages = [report.message for report in reports]
        messages_viewed(reader=reader_of(request), messages=messages, place=TextPlace.REPORT)

    @admin.display(description=_("reported"))
    def reported(self, report: Report) -> SafeString | str:
        return time_cell(report.created_at)

    @admin.display(description=_("sender"))
    def author(self, report: Report) -> SafeString:
        return user_link(report.message.sender)

    @admin.display(description=_("room"))
    def of_room(self, report: Report) -> SafeString | str:
        return room_link(report.message.room)

    @admin.display(description=_("text at the time"))
    def excerpt(self, report: Report) -> str:
        return Truncator(report.text).chars(SHOWN_LENGTH) or EMPTY

    @admin.display(description=_("text at the time"))
    def written(self, report: Report) -> SafeString | str:
        return format_html('<span class="cb-text">{}</span>', report.text) if report.text else EMPTY

    @admin.display(description=_("description"))
    def what_is_wrong(self, report: Report) -> str:
        return report.description

    @admin.display(description=_("reported by"))
    def by(self, report: Report) -> SafeString | str:
        return user_link(report.reporter) if report.reporter else EMPTY

    @admin.display(description=_("dismissed"))
    def dismissed(self, report: Report) -> SafeString | str:
        return time_cell(report.dismissed_at) if report.dismissed_at else EMPTY
