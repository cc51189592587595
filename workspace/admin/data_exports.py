"""Admin pages of exports of people's data, and the action that requests one."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from workspace.admin.base import ReadOnlyAdmin
from workspace.admin.columns import EMPTY, label, time_cell, user_link
from workspace.models import DataExport, ExportState
from workspace.roles import Role

COLORS = {ExportState.READY: "success", ExportState.FAILED: "danger"}


@admin.register(DataExport)
class DataExportAdmin(ReadOnlyAdmin):
    """The exports that the user has requested. Those that people have requested themselves are theirs alone."""

    belongs_to = Role.ANY
    list_display = ("requested", "person", "status", "length", "expires", "download")
    list_select_related = ("user", "requested_by")
    list_display_links = None
    ordering = ("-pk",)
    sortable_by = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[DataExport]:
        rows: QuerySet[DataExport] = super().get_queryset(request)
        return rows.filter(requested_by=request.user.pk)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm("workspace.export_user_data")

    @admin.display(description=_("requested"))
    def requested(self, export: DataExport) -> SafeString | str:
        return time_cell(export.created_at)

    @admin.display(description=_("person"))
    def person(self, export: DataExport) -> SafeString:
        return user_link(export.user)

    @admin.display(description=_("state"))
    def status(self, export: DataExport) -> SafeString:
        text = (
            f"{export.get_state_display()} {export.progress} %" if export.is_unfinished else export.get_state_display()
        )
        return label(text, COLORS.get(ExportState(export.state), "info"))

    @admin.display(description=_("size"))
    def length(self, export: DataExport) -> str:
        return filesizeformat(export.size) if export.size else EMPTY

    @admin.display(description=_("expires"))
    def expires(self, export: DataExport) -> SafeString | str:
        return time_cell(export.expires_at) if export.expires_at else EMPTY

    @admin.display(description=_("file"))
    def download(self, export: DataExport) -> SafeString | str:
        if not export.is_available:
            return EMPTY
        return format_html(
            '<a href="{}" download>{}</a>', reverse("export-download", args=[export.public_id]), _("Download")
        )
