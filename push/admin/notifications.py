"""The notifications' pages: everyone's queue, how it stands at the moment, and what became of each item."""

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
from push.models import WAITING, Attempt, ClaimedItem, EndReason, Lease, Notification, State, is_waiting
from push.selectors.counts import LIMIT, queue_counts
from workspace.admin.base import ReadOnlyAdmin
from workspace.admin.columns import EMPTY, room_link, time_cell, two_lines, user_link
from workspace.admin.contributions import RelatedLink, contribute
from workspace.admin.filters import TimeRangeFilter
from workspace.models import Message, Room, User


class ReasonFilter(DropdownFilter):  # type: ignore[misc]
    """Why items ended, by the sentences that people read."""

    title = _("reason")
    parameter_name = "reason"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[Any]:
        return list(EndReason.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Notification]) -> QuerySet[Notification]:
        return queryset.filter(reason=self.value()) if self.value() else queryset


class StateFilter(MultipleChoicesDropdownFilter):  # type: ignore[misc]
    """States as the list shows them: an item that is being sent has that state only here, not in its row."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Notification]) -> QuerySet[Notification]:
        states = self.used_parameters.get(self.lookup_kwarg)
        if not states:
            return queryset
        begun = ClaimedItem.objects.filter(begun_at__isnull=False)
        found = Q(state__in=[state for state in states if state not in WAITING])
        if waiting := [state for state in states if state in WAITING]:
            found |= Q(is_waiting(), state__in=waiting)
        if State.CLAIMED in states:
            found |= Q(pk__in=begun.values("pk"))
        return queryset.filter(found)


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin):
    """One item for one member, message and channel; kept with its reason, whatever became of it."""

    list_display = ("item", "recipient", "of_room", "via", "standing_tried", "why", "times")
    list_filter = (
        ("state", StateFilter),
        ("channel", ChoicesDropdownFilter),
        ReasonFilter,
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
        (None, {"fields": (("standing", "reason_told"), ("user", "room"), ("via", "message"), "rule_told")}),
        (_("When"), {"fields": (("created_at", "due_at", "first_due_at"), ("held_until", "held_by"), "finished_at")}),
        (_("Who is sending it"), {"fields": (("claimed_by", "claimed_until"),)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Notification]:
        tries = Attempt.objects.filter(notification=OuterRef("pk")).order_by().values("notification")
        # Read apart from their notifications: a join may keep a database from reading the newest only.
        notifications: QuerySet[Notification] = (
            super().get_queryset(request).prefetch_related("user", "room", "claimed_item")
        )
        return notifications.annotate(
            tries=Coalesce(Subquery(tries.annotate(n=Max("number")).values("n")), 0),
            devices=Coalesce(Subquery(tries.annotate(n=Count("device", distinct=True)).values("n")), 0),
        )

    def get_urls(self) -> list[URLPattern]:
        counts = path("counts/", self.admin_site.admin_view(self.counts_view), name="push_notification_counts")
        return [counts, *super().get_urls()]

    def counts_view(self, request: HttpRequest) -> HttpResponse:
        """Answer with how the queue stands now, for the list that asks again and again."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return TemplateResponse(request, "admin/push/queue_counts.html", self.counts_context())

    def counts_context(self) -> dict[str, Any]:
        """Return what the figures above the list are drawn from."""
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
    def of_room(self, notification: Notification) -> SafeString | str:
        return room_link(notification.room)

    @admin.display(description=_("channel"))
    def via(self, notification: Notification) -> SafeString:
        return labels.channel(notification.channel)

    @admin.display(description=_("state"))
    def standing(self, notification: Notification) -> SafeString:
        return labels.state(notification)

    @admin.display(description=_("reason"))
    def why(self, notification: Notification) -> SafeString | str:
        return labels.ending(notification.reason) if notification.reason else labels.rule(notification.rule)

    @admin.display(description=_("why it ended"))
    def reason_told(self, notification: Notification) -> SafeString | str:
        return labels.ending(notification.reason)

    @admin.display(description=_("why it is sent"))
    def rule_told(self, notification: Notification) -> SafeString | str:
        return labels.rule(notification.rule)

    @admin.display(description=_("state, tries"))
    def standing_tried(self, notification: Any) -> SafeString:
        count = ngettext("%(count)d try", "%(count)d tries", notification.tries) % {"count": notification.tries}
        if notification.devices > 1:
            devices = ngettext("%(count)d device", "%(count)d devices", notification.devices)
            count = f"{count}, {devices % {'count': notification.devices}}"
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
