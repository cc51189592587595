"""Admin pages of outgoing webhooks and their deliveries."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Exists, Model, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, BooleanRadioFilter, ChoicesDropdownFilter
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from push.models import WebhookDelivery, WebhookEndpoint, WebhookEvent, WebhookTry
from push.providers.endpoints import EndpointError, endpoint_check
from push.services.webhooks.deliveries import delivery_repeat, failed_repeat
from push.services.webhooks.endpoints import endpoint_remove, endpoint_save, secret_renew, test_send
from workspace.admin.base import ModelAdmin, ReadOnlyAdmin, ReadOnlyInline
from workspace.admin.columns import EMPTY, code, json_block, label, time_cell
from workspace.admin.confirmation import ConfirmedAction
from workspace.admin.contributions import RelatedLink, contribute
from workspace.admin.filters import TimeRangeFilter
from workspace.roles import has_role

if TYPE_CHECKING:
    BaseForm = forms.ModelForm[WebhookEndpoint]
else:
    BaseForm = forms.ModelForm

MANAGE = "push.manage_outgoing_integrations"
STATE_COLOURS = {
    WebhookDelivery.State.WAITING: "info",
    WebhookDelivery.State.DELIVERED: "success",
    WebhookDelivery.State.FAILED: "danger",
}


class EndpointForm(BaseForm):
    """The values of an outgoing webhook that people enter."""

    events = forms.MultipleChoiceField(
        label=_("events"), choices=WebhookEvent.choices, widget=UnfoldAdminCheckboxSelectMultipleWidget()
    )

    class Meta:
        model = WebhookEndpoint
        fields = ("name", "url", "is_enabled", "events")

    def clean_url(self) -> str:
        """Check that events may be sent to the address."""
        url: str = self.cleaned_data["url"].strip()
        try:
            endpoint_check(url)
        except EndpointError as error:
            raise ValidationError(error.message) from error
        return url


class PermittedMixin:
    """Pages for everybody who may manage outgoing webhooks."""

    belongs_to: Any

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return has_role(self.belongs_to) and request.user.has_perm(MANAGE)


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(PermittedMixin, ModelAdmin):
    """Outgoing webhooks. The secret is only shown when it is new."""

    form = EndpointForm
    list_display = ("webhook", "host", "event_list", "state")
    list_filter = (("is_enabled", BooleanRadioFilter),)
    search_fields = ("name", "=public_id")
    ordering = ("name", "pk")
    sortable_by = ("webhook",)
    readonly_fields = ("state_described", "failing", "dropped", "created_at")
    fieldsets = (
        (None, {"fields": (("name", "is_enabled"), "url", "events")}),
        (_("State"), {"fields": ("state_described", ("failing", "dropped"), "created_at")}),
    )
    add_fieldsets = fieldsets[:1]
    confirmed_actions = (
        ConfirmedAction(
            name="send_test",
            title=_("Send a test event"),
            question=_("An event of the type webhook.test is sent within seconds; its delivery shows the answer."),
            permission=MANAGE,
            icon="send",
            applies=lambda endpoint: endpoint.is_enabled,
            run=lambda _request, endpoint: test_send(endpoint=endpoint),
        ),
        ConfirmedAction(
            name="repeat_failed",
            title=_("Repeat failed deliveries"),
            question=_("All events that were given up are sent again, with the same ids."),
            permission=MANAGE,
            icon="replay",
            applies=lambda endpoint: endpoint.is_enabled,
            run=lambda request, endpoint: repeated_show(request, failed_repeat(endpoint=endpoint)),
        ),
        ConfirmedAction(
            name="renew_secret",
            title=_("New secret"),
            question=_(
                "The new secret is shown afterwards. For a day, events are signed with both secrets, so that the "
                "receiver can change to the new one."
            ),
            permission=MANAGE,
            icon="key",
            run=lambda request, endpoint: secret_show(request, secret_renew(endpoint=endpoint)),
        ),
    )

    has_add_permission = has_change_permission = has_delete_permission = PermittedMixin.has_view_permission

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return self.fieldsets if obj else self.add_fieldsets

    def save_model(self, request: HttpRequest, obj: WebhookEndpoint, form: EndpointForm, change: bool) -> None:
        values = {name: form.cleaned_data[name] for name in ("name", "url", "events", "is_enabled")}
        endpoint_save(endpoint=obj, **values)
        if not change:
            secret_show(request, obj.secret)

    def delete_model(self, request: HttpRequest, obj: WebhookEndpoint) -> None:
        endpoint_remove(endpoint=obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[WebhookEndpoint]) -> None:
        for endpoint in queryset:
            self.delete_model(request, endpoint)

    @admin.display(description=_("name"), ordering="name")
    def webhook(self, endpoint: WebhookEndpoint) -> str:
        return endpoint.name

    @admin.display(description=_("host"))
    def host(self, endpoint: WebhookEndpoint) -> str:
        return endpoint.host

    @admin.display(description=_("events"))
    def event_list(self, endpoint: WebhookEndpoint) -> str:
        return ", ".join(endpoint.event_types) or EMPTY

    @admin.display(description=_("state"))
    def state(self, endpoint: WebhookEndpoint) -> SafeString:
        if not endpoint.is_enabled:
            return label(_("Disabled"), "danger" if endpoint.disabled_reason else "")
        return label(_("Failing"), "warning") if endpoint.failing_since else label(_("Enabled"), "success")

    @admin.display(description=_("state"))
    def state_described(self, endpoint: WebhookEndpoint) -> SafeString:
        reason = gettext(endpoint.disabled_reason) if endpoint.disabled_reason else ""
        return format_html("{} {}", self.state(endpoint), reason)

    @admin.display(description=_("failing since"))
    def failing(self, endpoint: WebhookEndpoint) -> SafeString | str:
        return time_cell(endpoint.failing_since)


class TryInline(ReadOnlyInline):
    """The tries of a delivery, the last one first."""

    model = WebhookTry
    fields = ("tried", "outcome", "seconds", "excerpt")
    readonly_fields = fields

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(MANAGE)

    @admin.display(description=_("time"))
    def tried(self, attempt: WebhookTry) -> SafeString | str:
        return time_cell(attempt.started_at)

    @admin.display(description=_("outcome"))
    def outcome(self, attempt: WebhookTry) -> SafeString:
        if attempt.status is None:
            return label(gettext(attempt.error), "danger")
        return label(str(attempt.status), "success" if 200 <= attempt.status < 300 else "danger")


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(PermittedMixin, ReadOnlyAdmin):
    """The events for other programs, and the tries to deliver them."""

    list_display = ("created", "endpoint", "type", "state_label", "tries_made", "next_try")
    list_select_related = ("endpoint",)
    list_filter = (
        ("endpoint", AutocompleteSelectFilter),
        ("state", ChoicesDropdownFilter),
        ("created_at", TimeRangeFilter),
    )
    search_fields = ("=event_id", "=type")
    search_help_text = _("Id or type of the event")
    ordering = ("-pk",)
    sortable_by = ()
    fields = (("created", "endpoint"), ("type", "identity"), ("state_label", "next_try"), "contents")
    inlines = (TryInline,)
    confirmed_actions = (
        ConfirmedAction(
            name="repeat",
            title=_("Repeat"),
            question=_("The event is sent again, with the same id."),
            permission=MANAGE,
            icon="replay",
            applies=lambda delivery: delivery.endpoint.is_enabled,
            run=lambda _request, delivery: delivery_repeat(delivery=delivery),
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[WebhookDelivery]:
        """Return the deliveries without those of removed webhooks, which are being deleted."""
        endpoints = WebhookEndpoint.objects.filter(pk=OuterRef("endpoint"))
        rows: QuerySet[WebhookDelivery] = super().get_queryset(request)
        return rows.filter(Exists(endpoints))

    @admin.display(description=_("created"))
    def created(self, delivery: WebhookDelivery) -> SafeString | str:
        return time_cell(delivery.created_at)

    @admin.display(description=_("state"))
    def state_label(self, delivery: WebhookDelivery) -> SafeString:
        state = WebhookDelivery.State(delivery.state)
        return label(state.label, STATE_COLOURS[state])

    @admin.display(description=_("next try"))
    def next_try(self, delivery: WebhookDelivery) -> SafeString | str:
        return time_cell(delivery.next_at)

    @admin.display(description=_("id of the event"))
    def identity(self, delivery: WebhookDelivery) -> SafeString | str:
        return code(delivery.event_id)

    @admin.display(description=_("contents"))
    def contents(self, delivery: WebhookDelivery) -> SafeString:
        return json_block(json.loads(delivery.body))


def secret_show(request: HttpRequest, secret: str) -> None:
    """Show the secret on the next page, for the only time."""
    text = gettext("The secret for checking signatures is shown only once. Copy it now:")
    messages.warning(request, format_html("{} <code>{}</code>", text, secret))


def repeated_show(request: HttpRequest, number: int) -> None:
    """Show how many events are sent again."""
    text = ngettext("%(number)d event is sent again.", "%(number)d events are sent again.", number)
    messages.info(request, text % {"number": number})


contribute(
    WebhookEndpoint,
    links=[RelatedLink(_("Deliveries"), "history", WebhookDelivery, "endpoint__id__exact")],
)
