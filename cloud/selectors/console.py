"""Totals over all workspaces, for the console's dashboard."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC

from django.db.models import Count, Q, Sum
from django.utils import timezone

from cloud.models import QuotaMonth, RegisteredWorkspace, RegistrationToken, UsageCount
from cloud.selectors.quota import month_of
from cloud.selectors.traffic import ACCEPTED, FAILED, REFUSED
from workspace.models import GeneralSettings
from workspace.roles import is_workspace


@dataclass(frozen=True, slots=True)
class CloudFigures:
    """Totals over all workspaces: their number, pushes used this month, and today's pushes (UTC) by outcome."""

    workspaces: int
    suspended: int
    used: int
    accepted: int
    refused: int
    failed: int


def console_is_used() -> bool:
    """Return False if this installation is a cloud only for its own workspace."""
    if not is_workspace():
        return True
    others = RegisteredWorkspace.objects.exclude(unique_id=GeneralSettings.current().unique_id)
    return others.exists() or RegistrationToken.objects.exists()


def cloud_figures() -> CloudFigures:
    """Return the current totals. Takes three queries."""
    workspaces = RegisteredWorkspace.objects.aggregate(
        all=Count("pk"), suspended=Count("pk", filter=Q(is_active=False))
    )
    used = QuotaMonth.objects.filter(month=month_of()).aggregate(sum=Sum("used", default=0))
    of_today = UsageCount.objects.filter(day=timezone.now().astimezone(UTC).date()).order_by()
    counts = dict(of_today.values_list("outcome").annotate(sum=Sum("count")))
    return CloudFigures(
        workspaces=workspaces["all"],
        suspended=workspaces["suspended"],
        used=used["sum"],
        accepted=sum(counts.get(outcome, 0) for outcome in ACCEPTED),
        refused=sum(counts.get(outcome, 0) for outcome in REFUSED),
        failed=sum(counts.get(outcome, 0) for outcome in FAILED),
    )
