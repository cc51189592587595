"""Admin pages of incoming webhooks and their last calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Max, Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, BooleanRadioFilter

from workspace.addresses import absolute_url
from workspace.admin.base import ModelAdmin, ReadOnlyAdmin
from workspace.admin.columns import EMPTY, code, label, time_cell, user_link
from workspace.admin.confirmation import ConfirmedAction
from workspace.admin.contributions import RelatedLink, contribute
from workspace.admin.filters import TimeRangeFilter
from workspace.admin.users import current_user
from workspace.errors import ApplicationError
from workspace.models import Integration, IntegrationCall
from workspace.roles import has_role
from workspace.selectors.integrations import (
    MANAGE_ALL,
    MANAGE_OWN,
    StopReason,
    integrations_of,
    may_manage_any,
    may_manage_integration,
    stop_reason,
)
from workspace.services.integrations.managing import (
    IntegrationChanges,
    integration_create,
    integration_remove,
    integration_take_over,
    integration_token_renew,
    integration_update,
    targets_check,
)
from workspace.webhooks.programs import PROGRAMS

if TYPE_CHECKING:
    BaseForm = forms.ModelForm[Integration]
else:
    BaseForm = forms.ModelForm

FORMATS = {"slack": "Slack", **{program.name: program.label for program in PROGRAMS}}
ERRORS = {
    "error-invalid-channel": _("Name at least one room. You must be a member of it."),
    "error-invalid-channel-start-with-chars": _("Begin each room with # and each username with @."),
    "error-invalid-room": _("There is no such room or user."),
}


OF_CREATOR = (StopReason.CREATOR, StopReason.PERMISSION)
# What to do about a webhook that posts nothing.
ADVICE = {
    StopReason.DISABLED: _("Calls are answered with 503 until it is enabled."),
    StopReason.ACCOUNT: _("It posts nothing until its account is activated."),
    StopReason.CREATOR: _(
        "It posts nothing, because its creator's account is deactivated. Somebody else can take it over."
    ),
    StopReason.PERMISSION: _(
        "It posts nothing, because its creator may no longer manage webhooks. Somebody else can take it over."
    ),
}


class IntegrationForm(BaseForm):
    """An incoming webhook."""

    request: HttpRequest

    class Meta:
        model = Integration
        fields = ("name", "is_enabled", "channels", "may_choose_room", "alias", "emoji", "avatar", "calls_per_minute")

    def clean_channels(self) -> str:
        """Check that the rooms exist, and that the user may choose them."""
        channels: str = self.cleaned_data["channels"]
        try:
            targets_check(current_user(self.request), Integration(channels=channels))
        except ApplicationError as error:
            raise ValidationError(ERRORS[error.code]) from error
        return channels

    def changes(self) -> IntegrationChanges:
        """Return the values of the form."""
        return IntegrationChanges(**{name: self.cleaned_data[name] for name in self.changed_data})  # type: ignore[typeddict-item,no-any-return]


@admin.register(Integration)
class IntegrationAdmin(ModelAdmin):
    """Incoming webhooks. The address is only shown when it is new, because only a digest of its token is stored."""

    form = IntegrationForm
    list_display = ("webhook", "channels", "account", "state", "last_call")
    list_filter = (("is_enabled", BooleanRadioFilter),)
    search_fields = ("name", "channels", "user__username", "=public_id")
    ordering = ("name", "pk")
    sortable_by = ("webhook",)
    readonly_fields = ("state_described", "address", "account", "creator", "created_at")
    fieldsets = (
        (None, {"fields": (("name", "is_enabled"), "state_described", "address", ("channels", "may_choose_room"))}),
        (_("Appearance"), {"fields": (("alias", "emoji"), "avatar")}),
        (_("Limit"), {"fields": ("calls_per_minute",)}),
        (_("Account"), {"fields": (("account", "creator"), "created_at")}),
    )
    add_fieldsets = fieldsets[:3]
    confirmed_actions = (
        ConfirmedAction(
            name="renew_token",
            title=_("New address"),
            question=_("The present address stops working at once. The new one is shown afterwards."),
            permission=MANAGE_OWN,
            icon="key",
            is_dangerous=True,
            run=lambda request, integration: address_show(
                request, integration, integration_token_renew(by=current_user(request), integration=integration)
            ),
        ),
        ConfirmedAction(
            name="take_over",
            title=_("Take over"),
            question=_("You become its creator, and it posts again. It will stop if you lose the permission."),
            permission=MANAGE_ALL,
            icon="person_add",
            applies=lambda integration: stop_reason(integration) in OF_CREATOR,
            run=lambda request, integration: integration_take_over(by=current_user(request), integration=integration),
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Integration]:
        return integrations_of(current_user(request)).annotate(last_called_at=Max("calls__called_at"))

    def get_form(self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form.__name__, (form,), {"request": request})

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if obj is not None:
            return fieldsets
        return [
            (title, {"fields": [field for field in options["fields"] if field not in self.readonly_fields]})
            for title, options in fieldsets[:3]
        ]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return has_role(self.belongs_to) and is_allowed(request, obj)

    has_add_permission = has_change_permission = has_delete_permission = has_view_permission

    def may_act_on(self, request: HttpRequest, row: Model) -> bool:
        return is_allowed(request, row)

    def save_model(self, request: HttpRequest, obj: Integration, form: IntegrationForm, change: bool) -> None:
        by = current_user(request)
        if change:
            integration_update(by=by, integration=obj, **form.changes())
            return
        integration, token = integration_create(by=by, **form.changes())
        obj.pk = integration.pk
        obj.refresh_from_db()
        obj._state.adding = False
        address_show(request, integration, token)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Return what a deletion removes. The calls need no permission of their own."""
        removed, counts, _needed, protected = super().get_deleted_objects(objs, request)
        return removed, counts, set(), protected

    def delete_model(self, request: HttpRequest, obj: Integration) -> None:
        integration_remove(by=current_user(request), integration=obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Integration]) -> None:
        for integration in queryset:
            self.delete_model(request, integration)

    @admin.display(description=_("name"), ordering="name")
    def webhook(self, integration: Integration) -> str:
        return integration.name

    @admin.display(description=_("address"))
    def address(self, integration: Integration) -> SafeString | str:
        return code(address_of(integration, "•••" + integration.token_end))

    @admin.display(description=_("account"))
    def account(self, integration: Integration) -> SafeString | str:
        return user_link(integration.user)

    @admin.display(description=_("created by"))
    def creator(self, integration: Integration) -> SafeString | str:
        return user_link(integration.created_by)

    @admin.display(description=_("state"))
    def state(self, integration: Integration) -> SafeString:
        reason = stop_reason(integration)
        if reason is None:
            return label(_("Enabled"), "success")
        return label(reason.label, "" if reason is StopReason.DISABLED else "danger")

    @admin.display(description=_("state"))
    def state_described(self, integration: Integration) -> SafeString:
        reason = stop_reason(integration)
        return format_html("{} {}", self.state(integration), ADVICE[reason] if reason else "")

    @admin.display(description=_("last call"))
    def last_call(self, integration: Any) -> SafeString | str:
        return time_cell(integration.last_called_at)


@admin.register(IntegrationCall)
class IntegrationCallAdmin(ReadOnlyAdmin):
    """The last calls of incoming webhooks, without their contents."""

    list_display = ("called", "integration", "outcome", "error", "program", "size", "posted")
    list_select_related = ("integration",)
    list_filter = (("integration", AutocompleteSelectFilter), ("called_at", TimeRangeFilter))
    ordering = ("-pk",)
    sortable_by = ()
    fields = (("called", "integration"), ("outcome", "error"), ("program", "size"), "posted")

    def get_queryset(self, request: HttpRequest) -> QuerySet[IntegrationCall]:
        calls: QuerySet[IntegrationCall] = super().get_queryset(request)
        return calls.filter(integration__in=integrations_of(current_user(request)))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return has_role(self.belongs_to) and is_allowed(request, obj.integration if obj else None)

    @admin.display(description=_("time"))
    def called(self, call: IntegrationCall) -> SafeString | str:
        return time_cell(call.called_at)

    @admin.display(description=_("outcome"))
    def outcome(self, call: IntegrationCall) -> SafeString:
        return label(_("Posted"), "success") if not call.error else label(str(call.status), "danger")

    @admin.display(description=_("format"))
    def program(self, call: IntegrationCall) -> str:
        return FORMATS.get(call.format, call.format) or EMPTY

    @admin.display(description=_("messages"))
    def posted(self, call: IntegrationCall) -> SafeString | str:
        messages_list = reverse("admin:workspace_message_changelist")
        links = ((messages_list, public_id, public_id) for public_id in call.message_ids.split())
        return format_html_join(" ", '<a href="{}?q={}" class="text-link">{}</a>', links) or EMPTY


def is_allowed(request: HttpRequest, integration: Any) -> bool:
    """Return True if the user may manage the webhook or, without one, any."""
    if not request.user.is_authenticated:
        return False
    user = current_user(request)
    return may_manage_integration(user, integration) if integration else may_manage_any(user)


def address_of(integration: Integration, token: str) -> str:
    """Return the address that programs post to."""
    return absolute_url(f"/hooks/{integration.public_id}/{token}")


def address_show(request: HttpRequest, integration: Integration, token: str) -> None:
    """Show the address on the next page, for the only time."""
    address = address_of(integration, token)
    text = _("The address is shown only once. Copy it now:")
    messages.warning(request, format_html("{} <code>{}</code>", text, address))


contribute(
    Integration,
    links=[RelatedLink(_("Last calls"), "history", IntegrationCall, "integration__id__exact")],
)
