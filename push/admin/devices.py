"""Admin pages of devices. Device tokens are secrets, so only their last characters are shown."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    ChoicesDropdownFilter,
    DropdownFilter,
    FieldTextFilter,
)

from push.admin import labels
from push.models import Capability, Device, DisabledReason, token_digest
from push.providers.tokens import token_spellings
from push.selectors.counts import device_counts
from push.selectors.dashboard import app_versions
from push.selectors.response_texts import error_text
from push.services.switching import device_disable, device_enable
from workspace.admin.base import ReadOnlyAdmin, ReadOnlyInline
from workspace.admin.columns import EMPTY, change_link, code, masked_secret, time_cell, user_link
from workspace.admin.confirmation import ConfirmedAction
from workspace.admin.contributions import RelatedLink, contribute
from workspace.admin.filters import TimeRangeFilter
from workspace.models import User

UNKNOWN_VERSION = "unknown"


class EnabledFilter(DropdownFilter):  # type: ignore[misc]
    """Filter by enabled or disabled devices."""

    title = _("state")
    parameter_name = "enabled"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[Any]:
        return [("yes", _("Enabled")), ("no", _("Disabled"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Device]) -> QuerySet[Device]:
        return queryset.filter(disabled_at__isnull=self.value() == "yes") if self.value() else queryset


class VersionFilter(DropdownFilter):  # type: ignore[misc]
    """Filter by the app's version; offers the most frequent ones, and the chosen one."""

    title = _("app version")
    parameter_name = "version"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[Any]:
        frequent = {version.version for version in app_versions(device_counts())}
        versions = sorted({*frequent, request.GET.get("version", "")} - {"", UNKNOWN_VERSION})
        return [*((version, version) for version in versions), (UNKNOWN_VERSION, _("Unknown"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Device]) -> QuerySet[Device]:
        value = self.value()
        return queryset.filter(app_version="" if value == UNKNOWN_VERSION else value) if value else queryset


class DeviceColumns:
    """Columns shared by the list, the detail page and the inline."""

    @admin.display(description=_("type"))
    def kind(self, device: Device) -> SafeString:
        return labels.device_type(device.type)

    @admin.display(description=_("token"))
    def token_end(self, device: Device) -> SafeString | str:
        # Only the host of a web push endpoint is shown: anyone who knows the full URL can send to it.
        return code(f"{device.host}/…" if device.host else masked_secret(device.token))

    @admin.display(description=_("VoIP token"))
    def voip_token_end(self, device: Device) -> SafeString | str:
        return code(masked_secret(device.voip_token))

    @admin.display(description=_("state"))
    def state(self, device: Device) -> SafeString:
        return labels.device_state(device)

    @admin.display(description=_("last accepted push"))
    def accepted(self, device: Device) -> SafeString | str:
        return time_cell(device.last_accepted_at)

    @admin.display(description=_("last error"))
    def error(self, device: Device) -> str:
        return error_text(device) or EMPTY

    @admin.display(description=_("last received push"))
    def received(self, device: Device) -> SafeString | str:
        return time_cell(device.last_received_at)

    @admin.display(description=_("abilities"))
    def capability_names(self, device: Device) -> str:
        return ", ".join(str(value.label) for value in Capability if value in device.capabilities) or EMPTY

    @admin.display(description=_("registered"), ordering="registered_at")
    def registered(self, device: Device) -> SafeString | str:
        return time_cell(device.registered_at)


class DeviceInline(DeviceColumns, ReadOnlyInline):
    """The devices on a user's page."""

    model = Device
    fields = readonly_fields = ("device", "app_name", "token_end", "state", "accepted", "registered")

    @admin.display(description=_("device"))
    def device(self, device: Device) -> SafeString | str:
        return change_link(device, device.name or labels.device_type(device.type))


@admin.register(Device)
class DeviceAdmin(DeviceColumns, ReadOnlyAdmin):
    """Apps register devices; administrators can only disable and enable them."""

    list_display = ("kind", "owner", "app_name", "token_end", "state", "error", "accepted", "registered")
    list_select_related = ("user",)
    list_filter = (
        ("type", ChoicesDropdownFilter),
        EnabledFilter,
        ("app_name", FieldTextFilter),
        VersionFilter,
        ("user", AutocompleteSelectFilter),
        ("registered_at", TimeRangeFilter),
        ("last_accepted_at", TimeRangeFilter),
    )
    search_fields = ("user__username", "user__name", "name", "app_name", "=public_id", "=client_id")
    search_help_text = _("Owner, app, id or the whole token")
    ordering = ("-pk",)
    sortable_by = ("registered",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("user", "state"),
                    ("name", "app_name", "app_version"),
                    ("kind", "capability_names"),
                    ("token_end", "voip_token_end"),
                )
            },
        ),
        (
            _("Status"),
            {"fields": (("last_accepted_at", "last_received_at"), "error", ("disabled_at", "disabled_reason"))},
        ),
        (_("Facts"), {"fields": (("registered_at", "created_at"), ("client_id", "public_id"))}),
    )
    confirmed_actions = (
        ConfirmedAction(
            name="disable",
            title=_("Disable"),
            question=_(
                "No notifications are sent to a disabled device until it is enabled here or its app registers it again."
            ),
            permission="push.change_device",
            icon="mobile_off",
            is_dangerous=True,
            applies=lambda device: device.disabled_at is None,
            run=lambda _request, device: device_disable(device=device, reason=DisabledReason.ADMINISTRATOR),
        ),
        ConfirmedAction(
            name="enable",
            title=_("Enable"),
            question=_("Notifications are sent to the device again."),
            permission="push.change_device",
            icon="mobile_friendly",
            applies=lambda device: device.disabled_at is not None,
            run=lambda _request, device: device_enable(device=device),
        ),
    )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Device], search_term: str
    ) -> tuple[QuerySet[Device], bool]:
        # A complete token is searched by its digest, because only that is indexed.
        matches, has_duplicates = super().get_search_results(request, queryset, search_term)
        if search_term:
            digests = [token_digest(spelling) for spelling in token_spellings(search_term)]
            matches = queryset.filter(Q(pk__in=matches.values("pk")) | Q(token_digest__in=digests))
        return matches, has_duplicates

    @admin.display(description=_("owner"))
    def owner(self, device: Device) -> SafeString:
        return user_link(device.user)


contribute(
    User,
    inlines=[DeviceInline],
    links=[RelatedLink(_("Devices"), "devices", Device, "user__id__exact")],
)
