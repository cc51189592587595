"""Admin pages of delivery attempts."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import (
    DropdownFilter,
    MultipleChoicesDropdownFilter,
    RangeNumericFilter,
    SingleNumericFilter,
)

from push.admin import labels
from push.admin.statistics.texts import provider_text
from push.models import Attempt, Channel, Device
from push.selectors.response_texts import attempt_detail, receipt_delay
from push.selectors.route_texts import route_label
from push.selectors.statistics.figures import recent_values
from push.selectors.statistics.hours import NO_PROVIDER, OTHER
from workspace.admin.base import ReadOnlyAdmin, ReadOnlyInline
from workspace.admin.columns import EMPTY, change_link, time_cell, two_lines, user_link
from workspace.admin.contributions import RelatedLink, contribute
from workspace.admin.filters import TimeRangeFilter


class AttemptFilter(DropdownFilter):  # type: ignore[misc]
    """A filter by a column of the statistics. It offers the values that occurred recently, and the chosen one."""

    column = ""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[Any]:
        recent = recent_values(self.column, timezone.now())
        values = {*recent, request.GET.get(self.parameter_name, "")} - {"", OTHER}
        return [(value, self.text(value)) for value in sorted(values)]

    def text(self, value: str) -> str:
        """Return the name of a value."""
        return value

    @abstractmethod
    def condition(self, value: str) -> Q:
        """Return the condition for attempts with this value."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Attempt]) -> QuerySet[Attempt]:
        value = self.value()
        return queryset.filter(self.condition(value)) if value else queryset


class ProviderFilter(AttemptFilter):
    """Filter by the provider of the route."""

    title = _("provider")
    parameter_name = column = "provider"

    def text(self, value: str) -> str:
        return provider_text(value)

    def condition(self, value: str) -> Q:
        if value in (Channel.EMAIL, NO_PROVIDER):
            return Q(route="") & Q(notification__channel=Channel.EMAIL, _negated=value == NO_PROVIDER)
        return Q(route=value) | Q(route__startswith=f"{value}:")


class AppFilter(AttemptFilter):
    """Filter by the device's app."""

    title = _("app")
    parameter_name = column = "app"

    def condition(self, value: str) -> Q:
        return Q(device__app_name=value)


class CodeFilter(AttemptFilter):
    """Filter by the push service's code."""

    title = _("code")
    parameter_name = column = "code"

    def condition(self, value: str) -> Q:
        return Q(reason=value)


class ChannelFilter(AttemptFilter):
    """Filter by the notification's channel."""

    title = _("channel")
    parameter_name = column = "channel"

    def text(self, value: str) -> str:
        return str(Channel(value).label) if value in Channel.values else value

    def condition(self, value: str) -> Q:
        return Q(notification__channel=value)


class ReceivedFilter(DropdownFilter):  # type: ignore[misc]
    """Filter by whether the device confirmed the push."""

    title = _("confirmed by the device")
    parameter_name = "received"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[Any]:
        return [("yes", _("Yes")), ("no", _("No"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Attempt]) -> QuerySet[Attempt]:
        return queryset.filter(received_at__isnull=self.value() == "no") if self.value() else queryset


class NotificationEndFilter(TimeRangeFilter):
    """Filter by the end of the notification, by which statistics count its attempts."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = _("notification finished (%(zone)s)") % {"zone": timezone.get_current_timezone()}


class AttemptColumns:
    """Columns shared by the list and the inline."""

    @admin.display(description=_("answer"))
    def result(self, attempt: Attempt) -> SafeString:
        return labels.answer(attempt)

    @admin.display(description=_("device"))
    def sent_to(self, attempt: Attempt) -> SafeString | str:
        if attempt.device is None:
            # The device of a push has been removed.
            return labels.channel(Channel.EMAIL) if attempt.notification.channel == Channel.EMAIL else EMPTY
        return change_link(attempt.device, attempt.device.name or labels.device_type(attempt.device.type))

    @admin.display(description=_("route"))
    def route_name(self, attempt: Attempt) -> str:
        return route_label(attempt.route) or EMPTY

    @admin.display(description=_("details"))
    def details(self, attempt: Attempt) -> str:
        return attempt_detail(attempt) or EMPTY

    @admin.display(description=_("finished"))
    def ended(self, attempt: Attempt) -> SafeString | str:
        return time_cell(attempt.finished_at)

    @admin.display(description=_("received"))
    def received(self, attempt: Attempt) -> SafeString | str:
        if attempt.received_at is None:
            return EMPTY
        after = _("after %(seconds)s s") % {"seconds": receipt_delay(attempt)}
        return two_lines(time_cell(attempt.received_at), after)

    @admin.display(description=_("next attempt"))
    def next_attempt(self, attempt: Attempt) -> SafeString | str:
        return time_cell(attempt.retry_at)


class AttemptInline(AttemptColumns, ReadOnlyInline):
    """A notification's attempts, latest first."""

    model = Attempt
    ordering = ("-pk",)
    fields = readonly_fields = (
        "item",
        "sent_to",
        "number",
        "route_name",
        "result",
        "details",
        "ended",
        "received",
        "next_attempt",
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("device", "notification")

    @admin.display(description=_("started"))
    def item(self, attempt: Attempt) -> SafeString | str:
        return change_link(attempt, time_cell(attempt.started_at))


@admin.register(Attempt)
class AttemptAdmin(AttemptColumns, ReadOnlyAdmin):
    """An attempt is saved before sending and completed with the provider's response."""

    list_display = (
        "begun",
        "recipient",
        "sent_to",
        "number",
        "route_name",
        "result",
        "details",
        "received",
        "next_attempt",
    )
    list_select_related = ("notification__user", "device")
    list_filter = (
        ("answer", MultipleChoicesDropdownFilter),
        ChannelFilter,
        ProviderFilter,
        AppFilter,
        CodeFilter,
        ReceivedFilter,
        ("status", SingleNumericFilter),
        ("number", RangeNumericFilter),
        ("started_at", TimeRangeFilter),
        ("notification__finished_at", NotificationEndFilter),
        ("received_at", TimeRangeFilter),
        ("retry_at", TimeRangeFilter),
    )
    search_fields = ("notification__user__username", "detail", "=device__public_id")
    search_help_text = _("Member, detail or device id")
    ordering = ("-pk",)
    sortable_by = ("begun",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("result", "route_name"),
                    "details",
                    ("status", "reason"),
                    "detail",
                    ("notification", "device"),
                    ("number", "claimed_by"),
                )
            },
        ),
        (_("When"), {"fields": (("started_at", "finished_at"), ("received", "retry_at"))}),
    )

    @admin.display(description=_("started"), ordering="pk")
    def begun(self, attempt: Attempt) -> SafeString | str:
        return time_cell(attempt.started_at)

    @admin.display(description=_("member"))
    def recipient(self, attempt: Attempt) -> SafeString:
        return user_link(attempt.notification.user)


contribute(Device, links=[RelatedLink(_("Attempts"), "send_to_mobile", Attempt, "device__id__exact")])
