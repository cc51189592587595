"""This workspace's own registration, as it is kept; what can be done about it is on the page Connectivity services."""

from __future__ import annotations

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from cloud.models import CloudConnection
from workspace.address_masks import address_mask
from workspace.admin.base import ReadOnlyAdmin
from workspace.admin.columns import code, label, time_cell


@admin.register(CloudConnection)
class CloudConnectionAdmin(ReadOnlyAdmin):
    """That this workspace is registered; its access token never leaves the server."""

    list_display = ("registered_as", "cloud", "secrets", "connected", "heard")
    sortable_by = ()
    search_fields = ("workspace_id",)
    ordering = ("pk",)
    fields = (
        ("workspace_id", "secrets"),
        ("cloud", "email"),
        ("connected_at", "last_contact_at"),
        ("problem_text", "last_tried_at"),
    )

    @admin.display(description=_("workspace id"))
    def registered_as(self, connection: CloudConnection) -> SafeString | str:
        return code(connection.workspace_id)

    @admin.display(description=_("cloud"))
    def cloud(self, connection: CloudConnection) -> str:
        return address_mask(connection.cloud_url)

    @admin.display(description=_("secrets"))
    def secrets(self, connection: CloudConnection) -> SafeString:
        is_kept = connection.client_secret or connection.access_token
        return label(_("Kept encrypted"), "success") if is_kept else label(_("Missing"), "danger")

    @admin.display(description=_("connected"))
    def connected(self, connection: CloudConnection) -> SafeString | str:
        return time_cell(connection.connected_at)

    @admin.display(description=_("last contact"))
    def heard(self, connection: CloudConnection) -> SafeString | str:
        return time_cell(connection.last_contact_at)
