"""What goes through this gateway now: counted by workspace, and how fast."""

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

SHOWN = 50
CACHE_KEY = "cloud-traffic"
# The pace is that of the last minute, from samples taken while somebody looks.
RATE_WINDOW_SECONDS = 60.0
SAMPLE_EVERY = 2.0
# Outcomes as they are told together.
ACCEPTED = (Outcome.ACCEPTED, Outcome.SILENT, Outcome.UNKNOWN)
REFUSED = (Outcome.DEAD, Outcome.REFUSED, Outcome.EXHAUSTED)
FAILED = (Outcome.FAILED,)


@dataclass(slots=True)
class WorkspaceTraffic:
    """One workspace's pushes of today (UTC) by outcome, those under way, and how many there are a minute now.

    `per_minute` is None until two looks a few seconds apart have been taken.
    """

    workspace: RegisteredWorkspace
    outcomes: dict[str, int] = field(default_factory=dict)
    under_way: int = 0
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
    """Return the busiest workspaces of today, at most :data:`SHOWN`, from four queries."""
    today = timezone.now().astimezone(UTC).date()
    of_today = UsageCount.objects.filter(day=today).order_by()
    busiest = of_today.values_list("workspace").annotate(total=Sum("count")).order_by("-total")[:SHOWN]
    totals = dict(busiest)
    rows: dict[int, dict[str, int]] = defaultdict(dict)
    counted = of_today.filter(workspace__in=totals).values_list("workspace", "outcome").annotate(total=Sum("count"))
    for workspace_id, outcome, total in counted:
        rows[workspace_id][outcome] = total
    months = QuotaMonth.objects.filter(workspace__in=totals, month=month_of())
    under_way = dict(months.values_list("workspace", "reserved"))
    paces = pushes_per_minute(totals)
    workspaces = RegisteredWorkspace.objects.in_bulk(list(totals))
    return [
        WorkspaceTraffic(workspaces[key], rows[key], under_way.get(key, 0), paces.get(key))
        for key in totals
        if key in workspaces
    ]


def pushes_per_minute(totals: dict[int, int]) -> dict[int, float]:
    """Return the pushes a minute of each workspace, and remember the totals for the next look."""
    now = time.time()
    # Pairs instead of a mapping: JSON, as which Redis stores them, has only texts as keys.
    samples: list[tuple[float, list[tuple[int, int]]]] = cache.get(CACHE_KEY) or []
    samples = [(at, counted) for at, counted in samples if 0 <= now - at <= RATE_WINDOW_SECONDS]
    paces = {}
    if samples and now - samples[0][0] >= SAMPLE_EVERY:
        since, before = samples[0][0], dict(samples[0][1])
        # At midnight the counts begin anew.
        paces = {key: max(0, total - before.get(key, 0)) * 60 / (now - since) for key, total in totals.items()}
    if not samples or now - samples[-1][0] >= SAMPLE_EVERY:
        cache.set(CACHE_KEY, [*samples, (now, list(totals.items()))], timeout=RATE_WINDOW_SECONDS)
    return paces
