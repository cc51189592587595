"""Reads push quotas: of registered workspaces (at the cloud), and of this workspace."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.utils import timezone

from cloud.models import Admission, CloudServiceSettings, OwnQuota, Plan, QuotaMonth, RegisteredWorkspace

# Admins are notified when this percentage of the month's quota is used.
STEPS = (80, 95, 100)


@dataclass(frozen=True, slots=True)
class Quota:
    """The pushes of one calendar month (UTC). `limit` None means unlimited; `reserved` pushes are in progress."""

    month: date
    used: int
    limit: int | None
    reserved: int = 0

    @property
    def left(self) -> int | None:
        """Return how many pushes are left; None if there is no limit."""
        return None if self.limit is None else max(0, self.limit - self.used - self.reserved)

    @property
    def percent(self) -> int | None:
        """Return the used percentage of the limit, rounded down; None if there is no limit."""
        if self.limit is None:
            return None
        return 100 if self.limit == 0 else min(100, self.used * 100 // self.limit)


def steps_passed(percent: int) -> list[int]:
    """Return the thresholds in :data:`STEPS` that a used percentage has reached."""
    return [step for step in STEPS if percent >= step]


def month_of(at: datetime | None = None) -> date:
    """Return the first day of the calendar month (UTC) that contains `at` (by default now)."""
    return (at or timezone.now()).astimezone(UTC).date().replace(day=1)


def month_next(month: date) -> date:
    """Return the first day of the next month."""
    return (month + timedelta(days=31)).replace(day=1)


def month_begins(month: date) -> datetime:
    """Return the time at which a month begins, in UTC."""
    return datetime(month.year, month.month, 1, tzinfo=UTC)


def limit_of(workspace: RegisteredWorkspace, at: datetime | None = None) -> int | None:
    """Return how many pushes per month the workspace may send; None if there is no limit.

    A limit set for the workspace takes precedence over that of its plan, until the plan ends.
    """
    group = CloudServiceSettings.current()
    plan = workspace.plan_at(at or timezone.now())
    if workspace.monthly_limit is not None and plan == workspace.plan:
        return workspace.monthly_limit
    if plan == Plan.PREMIUM:
        return None
    return group.open_limit if workspace.admission == Admission.OPEN else group.community_limit


def quota_of(workspace: RegisteredWorkspace, month: date | None = None) -> Quota:
    """Return the workspace's quota of a month (by default the current one), as counted by this cloud."""
    wanted = month or month_of()
    row = QuotaMonth.objects.filter(workspace=workspace, month=wanted).first()
    used, reserved = (row.used, row.reserved) if row else (0, 0)
    return Quota(wanted, used, limit_of(workspace), reserved)


def own_quota() -> Quota | None:
    """Return this workspace's quota of the current month; None until the cloud has reported it."""
    stored = OwnQuota.objects.first()
    if stored is None or stored.month != month_of():
        return None
    return Quota(stored.month, stored.used, stored.limit)
