"""Admin pages of decisions: how many members are notified of a message, how many are not, and why."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter

from push.admin import labels
from push.admin.queue_actions import DECISION_ACTIONS
from push.explain.reasons import NOT_DECIDED, reason_sentence
from push.models import Channel, Decision
from push.rules.decision_facts import decision_counts
from push.rules.facts import facts_stored
from push.rules.table import RULES_BY_CODE
from workspace.admin.base import ReadOnlyAdmin
from workspace.admin.columns import EMPTY, code, label, label_row, room_link, time_cell
from workspace.admin.contributions import RelatedLink, contribute
from workspace.admin.filters import TimeRangeFilter
from workspace.models import Message


def sends(reason: str) -> bool:
    """Return True if the code belongs to a rule that sends a notification."""
    rule = RULES_BY_CODE.get(reason)
    return rule is not None and rule.sends


def notified_and_total(counts: dict[str, int]) -> tuple[int, int]:
    """Return how many of a channel's members are notified, and the total number."""
    return sum(count for reason, count in counts.items() if sends(reason)), sum(counts.values())


def uncounted_members(decision: Decision) -> int:
    """Return how many members have not been counted yet."""
    if decision.position is None:
        return 0
    counted = max((sum(counts.values()) for counts in decision_counts(decision).values()), default=0)
    members = facts_stored(decision).members_count
    return members - counted if members > counted else 0


class DecidedFilter(DropdownFilter):  # type: ignore[misc]
    """Filter by whether the worker has decided."""

    title = _("state")
    parameter_name = "decided"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[Any]:
        return [("no", _("Waiting")), ("yes", _("Decided")), ("failed", _("Given up"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Decision]) -> QuerySet[Decision]:
        if self.value() == "failed":
            return queryset.filter(Q(decided_at=None) | Q(position__isnull=False), retry_at=None)
        return queryset.filter(decided_at__isnull=self.value() == "no") if self.value() else queryset


@admin.register(Decision)
class DecisionAdmin(ReadOnlyAdmin):
    """One row per message, with the member counts of each rule that decided."""

    list_display = ("message_id_code", "room_name", "event", "progress", "summary", "accepted", "decided")
    list_select_related = ("message__room",)
    list_filter = (
        DecidedFilter,
        ("event", ChoicesDropdownFilter),
        ("accepted_at", TimeRangeFilter),
        ("decided_at", TimeRangeFilter),
    )
    search_fields = ("=message__public_id", "message__room__name", "message__sender__username")
    search_help_text = _("Message id, room or sender")
    ordering = ("-pk",)
    sortable_by = ()
    confirmed_actions = DECISION_ACTIONS
    fieldsets = (
        (None, {"fields": (("message", "event"), ("progress", "failures"), "reason")}),
        (_("Decision"), {"fields": ("counts_by_reason",)}),
        (_("When"), {"fields": (("accepted_at", "decided_at"), "retry_at")}),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("message__room")

    @admin.display(description=_("message"))
    def message_id_code(self, decision: Decision) -> SafeString | str:
        return code(decision.message.public_id)

    @admin.display(description=_("room"))
    def room_name(self, decision: Decision) -> SafeString | str:
        return room_link(decision.message.room)

    @admin.display(description=_("state"))
    def progress(self, decision: Decision) -> SafeString:
        if decision.is_failing and decision.is_given_up:
            return label(_("Given up"), "danger", title=reason_sentence(NOT_DECIDED))
        if decision.position is not None and decision.decided_at:
            return label(
                _("Counting"),
                "primary",
                title=_("All notifications are queued. The other members are still being counted."),
            )
        if decision.decided_at:
            return label(_("Decided"), "success")
        return label(_("Failing"), "danger") if decision.failures else label(_("Waiting"), "info")

    @admin.display(description=_("reason"))
    def reason(self, decision: Decision) -> SafeString | str:
        return labels.ending(NOT_DECIDED) if decision.is_failing and decision.is_given_up else EMPTY

    @admin.display(description=_("to be notified"))
    def summary(self, decision: Decision) -> SafeString | str:
        return label_row(
            format_html(
                '<span class="cb-moment">{} {} / {}</span>', labels.channel(channel), *notified_and_total(counts)
            )
            for channel, counts in decision_counts(decision).items()
            if channel in Channel.values
        )

    @admin.display(description=_("members"))
    def counts_by_reason(self, decision: Decision) -> SafeString | str:
        channels = [
            {
                "name": labels.channel(channel),
                "sent": notified_and_total(counts)[0],
                "members": notified_and_total(counts)[1],
                "reasons": [
                    {"code": reason, "sentence": reason_sentence(reason), "count": count, "sends": sends(reason)}
                    for reason, count in sorted(counts.items(), key=lambda pair: (not sends(pair[0]), -pair[1]))
                ],
            }
            for channel, counts in decision_counts(decision).items()
            if channel in Channel.values
        ]
        if not channels:
            return EMPTY
        context = {"channels": channels, "uncounted": uncounted_members(decision)}
        return mark_safe(render_to_string("admin/decision_counts.html", context))  # noqa: S308

    @admin.display(description=_("accepted"))
    def accepted(self, decision: Decision) -> SafeString | str:
        return time_cell(decision.accepted_at)

    @admin.display(description=_("decided"))
    def decided(self, decision: Decision) -> SafeString | str:
        return time_cell(decision.decided_at)


contribute(Message, links=[RelatedLink(_("Decisions"), "rule", Decision, "message__id__exact")])
