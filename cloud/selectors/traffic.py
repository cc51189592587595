"""Live traffic of this gateway: today's pushes per workspace, and their current rate."""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC

from django.core.cache import cache
from django.db.models import Sum
from django.utils import timezone

from cloud.models import Outcome, QuotaMonth, RegisteredWorkspace, UsageCount
from cloud.selectors.quota import month_of
from workspace.stored_json import value_or, value_write

MAX_WORKSPACES = 50
CACHE_KEY = "cloud-traffic"
# The rate covers the last minute. Samples are taken only while somebody has the page open.
RATE_WINDOW_SECONDS = 60.0
# Times in seconds since 1970, each with the totals of workspaces by key. Pairs instead of a mapping, because Redis
# stores them as JSON, which has only texts as keys.
Samples = list[tuple[float, list[tuple[int, int]]]]
SAMPLE_EVERY = 2.0
# The page shows outcomes in these groups.
ACCEPTED = (Outcome.ACCEPTED, Outcome.SILENT, Outcome.UNKNOWN)
REFUSED = (Outcome.DEAD, Outcome.REFUSED, Outcome.EXHAUSTED)
FAILED = (Outcome.FAILED,)


@dataclass(slots=True)
class WorkspaceTraffic:
    """One workspace's pushes of today (UTC) by outcome, those in progress, and the current rate.

    `per_minute` is None until there are two samples a few seconds apart.
    """

    workspace: RegisteredWorkspace
    outcomes: dict[str, int] = field(default_factory=dict)
    in_progress: int = 0
    per_minute: float | None = None

    @property
    def total(self) -> int:
        return sum(self.outcomes.values())

    @property
    def accepted(self) -> int:
        return sum(self.outcomes.get(outcome, 0) for outcome in ACCEPTED)

    @property
    def failed(self) -> int:
        return sum(self.outcomes.get(outcome, 0) for outcome in FAILED)

    @property
    def refused(self) -> int:
        return sum(self.outcomes.get(outcome, 0) for outcome in REFUSED)


def traffic_now() -> list[WorkspaceTraffic]:
    """Return today's busiest workspaces, at most :data:`MAX_WORKSPACES`. Takes four queries."""
    today = timezone.now().astimezone(UTC).date()
    # Pushes that devices received are counted as accepted already.
    of_today = UsageCount.objects.filter(day=today).exclude(outcome=Outcome.RECEIVED).order_by()
    busiest = of_today.values_list("workspace").annotate(total=Sum("count")).order_by("-total")[:MAX_WORKSPACES]
    totals = dict(busiest)
    rows: dict[int, dict[str, int]] = defaultdict(dict)
    counted = of_today.filter(workspace__in=totals).values_list("workspace", "outcome").annotate(total=Sum("count"))
    for workspace_id, outcome, total in counted:
        rows[workspace_id][outcome] = total
    months = QuotaMonth.objects.filter(workspace__in=totals, month=month_of())
    in_progress = dict(months.values_list("workspace", "reserved"))
    rates = pushes_per_minute(totals)
    workspaces = RegisteredWorkspace.objects.in_bulk(list(totals))
    return [
        WorkspaceTraffic(workspaces[key], rows[key], in_progress.get(key, 0), rates.get(key))
        for key in totals
        if key in workspaces
    ]


def pushes_per_minute(totals: dict[int, int]) -> dict[int, float]:
    """Return each workspace's pushes per minute, and cache the totals as a sample for the next call."""
    now = time.time()
    samples: Samples = value_or(Samples, value_write(cache.get(CACHE_KEY) or []), [], name=CACHE_KEY)
    samples = [(at, counted) for at, counted in samples if 0 <= now - at <= RATE_WINDOW_SECONDS]
    rates = {}
    if samples and now - samples[0][0] >= SAMPLE_EVERY:
        since, before = samples[0][0], dict(samples[0][1])
        # The counts restart at midnight.
        rates = {key: max(0, total - before.get(key, 0)) * 60 / (now - since) for key, total in totals.items()}
    if not samples or now - samples[-1][0] >= SAMPLE_EVERY:
        cache.set(CACHE_KEY, [*samples, (now, list(totals.items()))], timeout=RATE_WINDOW_SECONDS)
    return rates
