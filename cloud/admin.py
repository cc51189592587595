"""Both ends of the cloud: this workspace's registration, and the workspaces registered here."""

from __future__ import annotations

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import BooleanRadioFilter

from cloud.models import CloudConnection, RegisteredWorkspace
from cloud.services.suspension import workspace_resume, workspace_suspend
from workspace.admin.base import ReadOnlyAdmin
from workspace.admin.columns import code, label, moment
from workspace.admin.confirmation import ConfirmedAction
from workspace.admin.filters import MomentRangeFilter


@admin.register(CloudConnection)
class CloudConnectionAdmin(ReadOnlyAdmin):
    """That this workspace is registered; its access token never leaves the server."""

    list_display = ("registered_as", "token", "connected")
    sortable_by = ()
    search_fields = ("workspace_id",)
    ordering = ("pk",)
    fields = (("workspace_id", "token"), "connected_at")

    @admin.display(description=_("workspace id"))
    def registered_as(self, connection: CloudConnection) -> SafeString | str:
        return code(connection.workspace_id)

    @admin.display(description=_("access token"))
    def token(self, connection: CloudConnection) -> SafeString:
        return label(_("Kept encrypted"), "success") if connection.access_token else label(_("Missing"), "danger")

    @admin.display(description=_("connected"))
    def connected(self, connection: CloudConnection) -> SafeString | str:
        return moment(connection.connected_at)


@admin.register(RegisteredWorkspace)
class RegisteredWorkspaceAdmin(ReadOnlyAdmin):
    """Who may push through this installation's gateway; they register themselves, and can be suspended."""

    list_display = ("named", "unique_id", "state", "registered", "seen")
    list_filter = (("is_active", BooleanRadioFilter), ("last_seen_at", MomentRangeFilter))
    search_fields = ("name", "=unique_id", "=public_id")
    search_help_text = _("Name or id")
    ordering = ("-pk",)
    sortable_by = ("named", "seen")
    fields = (("name", "state"), ("unique_id", "public_id"), ("created_at", "last_seen_at"))
    confirmed_actions = (
        ConfirmedAction(
            name="suspend",
            title=_("Suspend"),
            question=_("The workspace's pushes are refused until it is let in again."),
            permission="cloud.change_registeredworkspace",
            icon="block",
            is_dangerous=True,
            applies=lambda workspace: workspace.is_active,
            run=lambda _request, workspace: workspace_suspend(workspace=workspace),
        ),
        ConfirmedAction(
            name="resume",
            title=_("Let in again"),
            question=_("The workspace's pushes are accepted again."),
            permission="cloud.change_registeredworkspace",
            icon="check_circle",
            applies=lambda workspace: not workspace.is_active,
            run=lambda _request, workspace: workspace_resume(workspace=workspace),
        ),
    )

    @admin.display(description=_("name"), ordering="name")
    def named(self, workspace: RegisteredWorkspace) -> str:
        return workspace.name

    @admin.display(description=_("state"))
    def state(self, workspace: RegisteredWorkspace) -> SafeString:
        return label(_("Active"), "success") if workspace.is_active else label(_("Suspended"), "danger")

    @admin.display(description=_("registered"))
    def registered(self, workspace: RegisteredWorkspace) -> SafeString | str:
        return moment(workspace.created_at)

    @admin.display(description=_("last request"), ordering="last_seen_at")
    def seen(self, workspace: RegisteredWorkspace) -> SafeString | str:
        return moment(workspace.last_seen_at)
