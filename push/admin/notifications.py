"""Admin pages of notifications: the queue with live counts, and the outcome of each item."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    ChoicesDropdownFilter,
    DropdownFilter,
    MultipleChoicesDropdownFilter,
)

from push.admin import labels
from push.admin.attempts import AttemptInline
from push.admin.queue_actions import QUEUE_ACTIONS
from push.explain.reasons import reason_sentence
from push.models import TEST_RULE, WAITING, Attempt, ClaimedItem, EndReason, Lease, Notification, State, is_waiting
from push.rules.table import RULES_BY_CODE
from push.selectors.counts import LIMIT, queue_counts
from workspace.admin.base import ReadOnlyAdmin
from workspace.admin.columns import EMPTY, room_link, time_cell, two_lines, user_link
from workspace.admin.contributions import RelatedLink, contribute
from workspace.admin.filters import TimeRangeFilter
from workspace.models import Message, Room, User


class ReasonFilter(DropdownFilter):  # type: ignore[misc]
    """Filter by end reason; shows the sentences."""

    title = _("reason")
    parameter_name = "reason"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[Any]:
        return list(EndReason.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Notification]) -> QuerySet[Notification]:
        return queryset.filter(reason=self.value()) if self.value() else queryset


class RuleFilter(DropdownFilter):  # type: ignore[misc]
    """Filter by the rule that decided to send; shows the sentences."""

    title = _("rule")
    parameter_name = "rule"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[Any]:
        codes = [code for code, rule in RULES_BY_CODE.items() if rule.sends]
        return [(code, reason_sentence(code)) for code in (*codes, TEST_RULE)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Notification]) -> QuerySet[Notification]:
        return queryset.filter(rule=self.value()) if self.value() else queryset


class StateFilter(MultipleChoicesDropdownFilter):  # type: ignore[misc]
    """Filter by the displayed state. "Being sent" is not stored in the row but derived from claims."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Notification]) -> QuerySet[Notification]:
        states = self.used_parameters.get(self.lookup_kwarg)
        if not states:
            return queryset
        begun = ClaimedItem.objects.filter(begun_at__isnull=False)
        condition = Q(state__in=[state for state in states if state not in WAITING])
        if waiting := [state for state in states if state in WAITING]:
            condition |= Q(is_waiting(), state__in=waiting)
        if State.CLAIMED in states:
            condition |= Q(pk__in=begun.values("pk"))
        return queryset.filter(condition)


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin):
    """One item per member, message and channel. Items stay listed with their reason after they ended."""

    list_display = ("item", "recipient", "room_name", "via", "state_and_attempts", "reason_text", "times")
    list_filter = (
        ("state", StateFilter),
        ("channel", ChoicesDropdownFilter),
        ReasonFilter,
        RuleFilter,
        ("due_at", TimeRangeFilter),
        ("finished_at", TimeRangeFilter),
        ("user", AutocompleteSelectFilter),
        ("room", AutocompleteSelectFilter),
    )
    search_fields = ("user__username", "user__name", "room__name", "=message__public_id", "=reason", "=rule")
    search_help_text = _("Member, room, message id or code")
    ordering = ("-pk",)
    sortable_by = ("item",)
    inlines = (AttemptInline,)
    list_before_template = "admin/push/queue_live.html"
    confirmed_actions = QUEUE_ACTIONS
    fieldsets = (
        (None, {"fields": (("current_state", "end_reason"), ("user", "room"), ("via", "message"), "deciding_rule")}),
        (_("When"), {"fields": (("created_at", "due_at", "first_due_at"), ("held_until", "held_by"), "finished_at")}),
        (_("Claim"), {"fields": (("claimed_by", "claimed_until"),)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Notification]:
        attempts = Attempt.objects.filter(notification=OuterRef("pk")).order_by().values("notification")
        # Prefetched in separate queries: a join may prevent the database from reading only the newest rows.
        notifications: QuerySet[Notification] = (
            super().get_queryset(request).prefetch_related("user", "room", "claimed_item")
        )
        return notifications.annotate(
            attempt_count=Coalesce(Subquery(attempts.annotate(n=Max("number")).values("n")), 0),
            device_count=Coalesce(Subquery(attempts.annotate(n=Count("device", distinct=True)).values("n")), 0),
        )

    def get_urls(self) -> list[URLPattern]:
        counts = path("counts/", self.admin_site.admin_view(self.counts_view), name="push_notification_counts")
        return [counts, *super().get_urls()]

    def counts_view(self, request: HttpRequest) -> HttpResponse:
        """Return the current counts of the queue, for the list that polls them."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return TemplateResponse(request, "admin/push/queue_counts.html", self.counts_context())

    def counts_context(self) -> dict[str, Any]:
        """Return the template context of the counts above the list."""
        return {"counts": queue_counts(timezone.now()), "limit": LIMIT}

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {**(extra_context or {}), **self.counts_context()})

    def row_name(self, row: Notification) -> str:
        member = f"{row.user.display_name} @{row.user.username}"
        room = str(row.room) if row.room.name else gettext("Direct message")
        created = date_format(timezone.localtime(row.created_at), "DATETIME_FORMAT")
        return f"{row.get_channel_display()} · {member} · {room} · {created}"

    @admin.display(description=_("created"), ordering="pk")
    def item(self, notification: Notification) -> SafeString | str:
        return time_cell(notification.created_at)

    @admin.display(description=_("member"))
    def recipient(self, notification: Notification) -> SafeString:
        return user_link(notification.user)

    @admin.display(description=_("room"))
    def room_name(self, notification: Notification) -> SafeString | str:
        return room_link(notification.room)

    @admin.display(description=_("channel"))
    def via(self, notification: Notification) -> SafeString:
        return labels.channel(notification.channel)

    @admin.display(description=_("state"))
    def current_state(self, notification: Notification) -> SafeString:
        return labels.state(notification)

    @admin.display(description=_("reason"))
    def reason_text(self, notification: Notification) -> SafeString | str:
        return labels.ending(notification.reason) if notification.reason else labels.rule(notification.rule)

    @admin.display(description=_("end reason"))
    def end_reason(self, notification: Notification) -> SafeString | str:
        return labels.ending(notification.reason)

    @admin.display(description=_("rule that decided"))
    def deciding_rule(self, notification: Notification) -> SafeString | str:
        return labels.rule(notification.rule)

    @admin.display(description=_("state, attempts"))
    def state_and_attempts(self, notification: Any) -> SafeString:
        total = notification.attempt_count
        count = ngettext("%(count)d attempt", "%(count)d attempts", total) % {"count": total}
        if notification.device_count > 1:
            devices = ngettext("%(count)d device", "%(count)d devices", notification.device_count)
            count = f"{count}, {devices % {'count': notification.device_count}}"
        return two_lines(labels.state(notification), count)

    @admin.display(description=_("claimed by"))
    def claimed_by(self, notification: Notification) -> str:
        return getattr(getattr(notification, "claimed_item", None), "lease_id", EMPTY)

    @admin.display(description=_("claimed until"))
    def claimed_until(self, notification: Notification) -> SafeString | str:
        lease = Lease.objects.filter(items=notification.pk).first()
        return time_cell(lease.until if lease else None)

    @admin.display(description=_("due, finished"))
    def times(self, notification: Notification) -> SafeString:
        return two_lines(time_cell(notification.due_at), time_cell(notification.finished_at))


contribute(User, links=[RelatedLink(_("Notifications"), "notifications", Notification, "user__id__exact")])
contribute(Room, links=[RelatedLink(_("Notifications"), "notifications", Notification, "room__id__exact")])
contribute(Message, links=[RelatedLink(_("Notifications"), "notifications", Notification, "message__id__exact")])
contribute(Notification, links=[RelatedLink(_("Attempts"), "send_to_mobile", Attempt, "notification__id__exact")])
