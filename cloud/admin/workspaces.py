"""The console's registered workspaces and their push usage."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib import admin
from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesDropdownFilter

from cloud.admin.console import MANAGE, ConsoleAdmin
from cloud.admin.workspace_actions import ACTIONS, ADDING, available_actions
from cloud.gateway_protocols import protocol_of
from cloud.models import Plan, QuotaMonth, RegisteredWorkspace
from cloud.pages.actions import action_page
from cloud.pages.usage import usage_context
from cloud.selectors.quota import limit_of, month_next, month_of
from cloud.selectors.terms import terms_required, version_agreed
from cloud.selectors.usage import month_parse, usage_csv, usage_month
from workspace.addresses import documentation_url
from workspace.admin.columns import EMPTY, code, label, time_cell, two_lines
from workspace.admin.filters import TimeRangeFilter
from workspace.roles import has_role


@admin.register(RegisteredWorkspace)
class RegisteredWorkspaceAdmin(ConsoleAdmin):
    """Workspaces that may push through this installation's gateway. They register themselves, or are added here."""

    list_display = ("name_and_id", "state", "of_plan", "used", "registered", "seen")
    list_filter = (
        ("is_active", BooleanRadioFilter),
        ("plan", ChoicesDropdownFilter),
        ("admission", ChoicesDropdownFilter),
        ("protocol", ChoicesDropdownFilter),
        ("last_seen_at", TimeRangeFilter),
    )
    search_fields = ("name", "=unique_id", "=public_id", "=email")
    search_help_text = _("Name, id or contact")
    ordering = ("-pk",)
    sortable_by = ("name_and_id", "seen")
    change_form_outer_before_template = "cloud/workspace_before.html"
    change_form_outer_after_template = "cloud/workspace_usage.html"
    fieldsets = (
        (None, {"fields": (("name", "state"), ("address", "email"), ("registered_by", "terms_agreed"), "speaks")}),
        (_("Plan"), {"fields": (("of_plan", "plan_ends_at"), ("monthly_limit", "rate_limit"))}),
        (
            _("Ids and times"),
            {"fields": (("unique_id", "public_id"), ("client_id", "gateway_address"), ("created_at", "last_seen_at"))},
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[RegisteredWorkspace]:
        of_month = QuotaMonth.objects.filter(workspace=OuterRef("pk"), month=month_of())
        rows: QuerySet[RegisteredWorkspace] = super().get_queryset(request)
        return rows.annotate(used_now=Subquery(of_month.values("used")))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return has_role(self.belongs_to) and request.user.has_perm(ADDING.permission)

    def get_urls(self) -> list[URLPattern]:
        guarded = self.admin_site.admin_view
        return [
            path("<int:pk>/act/<slug:name>/", guarded(self.act_page), name="cloud_workspace_act"),
            path("<int:pk>/usage.csv", guarded(self.usage_file), name="cloud_workspace_usage"),
            *super().get_urls(),
        ]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        return action_page(request, ADDING, target=None, back=reverse("admin:cloud_registeredworkspace_changelist"))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        workspace = self.get_object(request, object_id)
        context = dict(extra_context or {})
        if workspace is not None and self.has_view_permission(request, workspace):
            url = reverse("admin:cloud_registeredworkspace_change", args=[workspace.pk])
            usage = usage_month(workspace, month_param(request))
            context |= usage_context(usage, month_url=lambda month: f"{url}?month={month:%Y-%m}#usage")
            context["registered"] = workspace
            context["available_actions"] = available_actions(workspace) if request.user.has_perm(MANAGE) else []
        return super().change_view(request, object_id, form_url, context)

    def act_page(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        """Ask for confirmation, then run one of the actions for the workspace."""
        workspace = self.workspace_or_404(request, pk)
        back = reverse("admin:cloud_registeredworkspace_change", args=[pk])
        return action_page(request, ACTIONS.get(name), target=workspace, back=back, heading=workspace.name)

    def usage_file(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Return the month's counts as CSV."""
        workspace, month = self.workspace_or_404(request, pk), month_param(request)
        text = usage_csv(workspace, since=month, until=month_next(month) - timedelta(days=1))
        name = f"pushes-{workspace.public_id}-{month:%Y-%m}.csv"
        return HttpResponse(
            text,
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    def workspace_or_404(self, request: HttpRequest, pk: int) -> RegisteredWorkspace:
        """Return the workspace; raises Http404, and PermissionDenied if the user may not see it."""
        workspace = RegisteredWorkspace.objects.filter(pk=pk).first()
        if not self.has_view_permission(request, workspace):
            raise PermissionDenied
        if workspace is None:
            raise Http404
        return workspace

    @admin.display(description=_("workspace"), ordering="name")
    def name_and_id(self, workspace: RegisteredWorkspace) -> SafeString:
        return two_lines(workspace.name, workspace.unique_id)

    @admin.display(description=_("state"))
    def state(self, workspace: RegisteredWorkspace) -> SafeString:
        if not workspace.is_active:
            return label(_("Suspended"), "danger", title=workspace.suspended_reason)
        if workspace.disconnected_at:
            return label(_("Disconnected"), "")
        if workspace.other_url:
            return label(_("Seen at another address"), "warning", title=workspace.other_url)
        return label(_("Active"), "success")

    @admin.display(description=_("plan"))
    def of_plan(self, workspace: RegisteredWorkspace) -> SafeString:
        plan = workspace.plan_at(timezone.now())
        return label(Plan(plan).label, "primary" if plan == Plan.PREMIUM else "")

    @admin.display(description=_("this month"))
    def used(self, workspace: RegisteredWorkspace) -> SafeString:
        used, limit = getattr(workspace, "used_now", None) or 0, limit_of(workspace)
        of_limit = _("of %(limit)s") % {"limit": intcomma(limit)} if limit is not None else _("without a limit")
        return two_lines(intcomma(used), of_limit)

    @admin.display(description=_("address"))
    def address(self, workspace: RegisteredWorkspace) -> str:
        if workspace.other_url:
            return _("%(url)s (last seen at %(other)s)") % {"url": workspace.site_url, "other": workspace.other_url}
        return workspace.site_url or EMPTY

    @admin.display(description=_("registered by"))
    def registered_by(self, workspace: RegisteredWorkspace) -> str:
        return str(workspace.get_admission_display())

    @admin.display(description=_("protocol"))
    def speaks(self, workspace: RegisteredWorkspace) -> SafeString:
        protocol = protocol_of(workspace.protocol)
        url = documentation_url(protocol.docs)
        guide = format_html('<a class="cb-link" href="{}">{}</a>', url, _("Guide")) if url else f"docs/{protocol.docs}"
        return two_lines(protocol.label, format_html("{} ({})", protocol.used_by, guide))

    @admin.display(description=_("terms"))
    def terms_agreed(self, workspace: RegisteredWorkspace) -> SafeString | str:
        agreed, required = version_agreed(workspace), terms_required()
        if required == 0:
            return EMPTY
        if agreed == 0:
            return label(_("Not agreed to"), "danger")
        return label(_("Version %(version)d") % {"version": agreed}, "success" if agreed >= required else "warning")

    @admin.display(description=_("gateway address"))
    def gateway_address(self, workspace: RegisteredWorkspace) -> SafeString | str:
        return label(_("Created"), "info") if workspace.gateway_key_digest else EMPTY

    @admin.display(description=_("client id"))
    def client_id(self, workspace: RegisteredWorkspace) -> SafeString | str:
        return code(workspace.client_id)

    @admin.display(description=_("registered"))
    def registered(self, workspace: RegisteredWorkspace) -> SafeString | str:
        return time_cell(workspace.created_at)

    @admin.display(description=_("last request"), ordering="last_seen_at")
    def seen(self, workspace: RegisteredWorkspace) -> SafeString | str:
        return time_cell(workspace.last_seen_at)


def month_param(request: HttpRequest) -> date:
    """Return the month in the query string; the current month if it is missing or malformed."""
    try:
        return month_parse(request.GET.get("month", ""))
    except ValueError:
        return month_of()
