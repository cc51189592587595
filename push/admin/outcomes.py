"""The page of what remains of pruned notifications."""

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
    """How many notifications ended how on each day, of those that are not kept one by one any more."""

    list_display = ("day", "via", "standing", "why", "count")
    list_display_links = ("day",)
    list_filter = (("channel", ChoicesDropdownFilter), ("state", ChoicesDropdownFilter))
    search_fields = ("=reason",)
    search_help_text = _("Code of a reason")
    sortable_by = ("day", "count")
    fields = (("day", "via"), ("standing", "why"), "count")

    @admin.display(description=_("channel"))
    def via(self, outcome: OutcomeCount) -> SafeString:
        return labels.channel(outcome.channel)

    @admin.display(description=_("state"))
    def standing(self, outcome: OutcomeCount) -> SafeString:
        return labels.outcome(outcome)

    @admin.display(description=_("reason"))
    def why(self, outcome: OutcomeCount) -> SafeString | str:
        return labels.ending(outcome.reason)
