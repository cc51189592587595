"""Admin pages of the apps that this installation's gateway serves, with their provider keys."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesDropdownFilter
from unfold.widgets import UnfoldAdminTextInputWidget

from push.admin import labels
from push.admin.keys_form import ALL_KEY_FIELDS, KEY_FIELDS, SECRETS, ProviderKeysForm, key_fieldsets
from push.models import GatewayApp
from push.selectors.gateway_apps import key_expiry
from push.services.gateway_apps import gateway_app_remove, gateway_app_save
from workspace.admin.base import ModelAdmin
from workspace.admin.columns import EMPTY, label
from workspace.pages.settings.forms import CLEAR_SUFFIX
from workspace.roles import Role


class GatewayAppForm(ProviderKeysForm):
    """The form of an app at one push service, with its keys."""

    class Meta:
        model = GatewayApp
        fields = ("type", "app_name", "other_names", "is_active", *ALL_KEY_FIELDS)
        widgets: ClassVar[dict[str, Any]] = {"other_names": UnfoldAdminTextInputWidget}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not has_development(cleaned.get("type", "")):
            # The provider has only one service, so the field is hidden.
            cleaned["production"] = True
        return cleaned


def has_development(type: str) -> bool:
    """Return True if the provider of this type has a service for development."""
    return type in KEY_FIELDS and KEY_FIELDS[type].has_development


def shown_for(type: str, *names: str) -> dict[str, str]:
    """Return unfold's display condition for the fields, and for the checkboxes that remove their secrets."""
    boxes = [name + CLEAR_SUFFIX for name in names if name in SECRETS]
    return dict.fromkeys((*names, *boxes), f"type == '{type}'")


@admin.register(GatewayApp)
class GatewayAppAdmin(ModelAdmin):
    """A mobile app, identified by its bundle or package id."""

    belongs_to = Role.CLOUD
    form = GatewayAppForm
    list_display = ("named", "service", "environment", "active", "ends")
    list_filter = (
        ("type", ChoicesDropdownFilter),
        ("production", BooleanRadioFilter),
        ("is_active", BooleanRadioFilter),
    )
    search_fields = ("app_name", "other_names")
    search_help_text = _("Bundle id or package id")
    ordering = ("app_name", "type", "-production")
    sortable_by = ("named", "service")
    conditional_fields = {
        name: condition
        for type, fields in KEY_FIELDS.items()
        for name, condition in shown_for(type, *fields.options, *fields.names).items()
    }

    def get_fieldsets(self, request: HttpRequest, obj: GatewayApp | None = None) -> Any:
        return ((None, {"fields": [("type", "app_name"), "other_names", "is_active"]}), *key_fieldsets(obj))

    def save_model(self, request: Any, obj: GatewayApp, form: Any, change: bool) -> None:
        gateway_app_save(app=obj, actor=request.user, changed=form.changed_data if change else ())

    def delete_model(self, request: Any, obj: GatewayApp) -> None:
        gateway_app_remove(app=obj, actor=request.user)

    def delete_queryset(self, request: Any, queryset: QuerySet[GatewayApp]) -> None:
        for app in queryset:
            self.delete_model(request, app)

    @admin.display(description=_("app"), ordering="app_name")
    def named(self, app: GatewayApp) -> str:
        return str(app)

    @admin.display(description=_("service"), ordering="type")
    def service(self, app: GatewayApp) -> SafeString:
        return labels.device_type(app.type)

    @admin.display(description=_("environment"))
    def environment(self, app: GatewayApp) -> SafeString | str:
        if not has_development(app.type):
            return EMPTY
        return label(_("Production"), "primary") if app.production else label(_("Development"), "info")

    @admin.display(description=_("active"))
    def active(self, app: GatewayApp) -> SafeString:
        return label(_("Active"), "success") if app.is_active else label(_("Off"), "")

    @admin.display(description=_("keys expire"))
    def ends(self, app: GatewayApp) -> SafeString | str:
        at = app.keys_end_at
        if at is None:
            return EMPTY
        day = date_format(timezone.localtime(at))
        expiry = key_expiry(app, timezone.now())
        if expiry is None:
            return day
        if expiry.is_over:
            return label(_("Expired on %(day)s") % {"day": day}, "danger")
        return label(_("Expires on %(day)s") % {"day": day}, "warning")
