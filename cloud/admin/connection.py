"""A read-only view of this workspace's registration. The page Connectivity services has the actions."""

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
    """This workspace's registration. Secrets are never shown."""

    list_display = ("registered_as", "cloud", "secrets", "connected", "last_contact")
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
        has_secrets = connection.client_secret or connection.access_token
        return label(_("Stored encrypted"), "success") if has_secrets else label(_("Missing"), "danger")

    @admin.display(description=_("connected"))
    def connected(self, connection: CloudConnection) -> SafeString | str:
        return time_cell(connection.connected_at)

    @admin.display(description=_("last contact"))
    def last_contact(self, connection: CloudConnection) -> SafeString | str:
        return time_cell(connection.last_contact_at)
