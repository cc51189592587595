"""Admin page of the daily counts that remain of pruned notifications."""

from __future__ import annotations

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from push.admin import labels
from push.models import OutcomeCount
from workspace.admin.base import ReadOnlyAdmin


@admin.register(OutcomeCount)
class OutcomeCountAdmin(ReadOnlyAdmin):
    """Counts of pruned notifications per day and outcome; the notifications themselves are deleted."""

    list_display = ("day", "via", "final_state", "reason_text", "count")
    list_display_links = ("day",)
    list_filter = (("channel", ChoicesDropdownFilter), ("state", ChoicesDropdownFilter))
    search_fields = ("=reason",)
    search_help_text = _("Reason code")
    sortable_by = ("day", "count")
    fields = (("day", "via"), ("final_state", "reason_text"), "count")

    @admin.display(description=_("channel"))
    def via(self, outcome: OutcomeCount) -> SafeString:
        return labels.channel(outcome.channel)

    @admin.display(description=_("state"))
    def final_state(self, outcome: OutcomeCount) -> SafeString:
        return labels.outcome(outcome)

    @admin.display(description=_("reason"))
    def reason_text(self, outcome: OutcomeCount) -> SafeString | str:
        return labels.ending(outcome.reason)
