"""The console's audit log, and agreements to the terms."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from cloud.admin.console import ConsoleAdmin
from cloud.models import CloudEvent, RegisteredWorkspace, TermsAgreement
from workspace.admin.base import ReadOnlyInline
from workspace.admin.columns import change_link, time_cell
from workspace.admin.contributions import RelatedLink, contribute
from workspace.admin.filters import TimeRangeFilter
from workspace.stored_json import value_or


@admin.register(CloudEvent)
class CloudEventAdmin(ConsoleAdmin):
    """The audit log of this cloud."""

    list_display = ("what", "of_workspace", "by", "details_text", "when")
    list_select_related = ("workspace",)
    list_filter = (("kind", ChoicesDropdownFilter), ("at", TimeRangeFilter))
    search_fields = ("=workspace__name", "=workspace__unique_id", "=actor_name")
    search_help_text = _("Workspace or person")
    ordering = ("-pk",)
    sortable_by = ()
    fields = (("what", "when"), ("of_workspace", "by"), "details_text")

    @admin.display(description=_("event"))
    def what(self, event: CloudEvent) -> str:
        return str(event.get_kind_display())

    @admin.display(description=_("workspace"))
    def of_workspace(self, event: CloudEvent) -> SafeString | str:
        return change_link(event.workspace)

    @admin.display(description=_("by"))
    def by(self, event: CloudEvent) -> str:
        return event.actor_name or str(_("the workspace or the cloud"))

    @admin.display(description=_("details"))
    def details_text(self, event: CloudEvent) -> str:
        details: dict[str, Any] = value_or(dict[str, Any], event.details, {}, name="CloudEvent.details")
        return ", ".join(f"{name}: {value}" for name, value in details.items() if value not in (None, "")) or "–"

    @admin.display(description=_("when"))
    def when(self, event: CloudEvent) -> SafeString | str:
        return time_cell(event.at)


class AgreementInline(ReadOnlyInline):
    """A workspace's agreements to the terms."""

    model = TermsAgreement
    fields = ("terms", "agreed_by", "agreed_at", "withdrawn_at")
    verbose_name_plural = _("agreements to the terms")

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).select_related("terms")


contribute(
    RegisteredWorkspace,
    inlines=[AgreementInline],
    links=[RelatedLink(_("Audit log"), "history", CloudEvent, "workspace__id__exact")],
)
