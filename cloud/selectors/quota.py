"""How many pushes a workspace may still send this month, at the cloud and at the workspace."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.utils import timezone

from cloud.models import Admission, CloudServiceSettings, OwnQuota, Plan, QuotaMonth, RegisteredWorkspace

# What of a month's quota admins are told of once it is used, in percent.
STEPS = (80, 95, 100)


@dataclass(frozen=True, slots=True)
class Quota:
    """The pushes of one calendar month (UTC). `limit` None: unlimited; `reserved` are under way."""

    month: date
    used: int
    limit: int | None
    reserved: int = 0

    @property
    def left(self) -> int | None:
        """Return how many are left; None: any number."""
        return None if self.limit is None else max(0, self.limit - self.used - self.reserved)

    @property
    def percent(self) -> int | None:
        """Return how much of the limit is used, rounded down; None without a limit."""
        if self.limit is None:
            return None
        return 100 if self.limit == 0 else min(100, self.used * 100 // self.limit)


def steps_passed(percent: int) -> list[int]:
    """Return the steps that admins are told of when so many percent of a month's quota are used."""
    return [step for step in STEPS if percent >= step]


def month_of(moment: datetime | None = None) -> date:
    """Return the first day of the calendar month (UTC) that the moment (now) is in."""
    return (moment or timezone.now()).astimezone(UTC).date().replace(day=1)


def month_next(month: date) -> date:
    """Return the first day of the month after."""
    return (month + timedelta(days=31)).replace(day=1)


def month_begins(month: date) -> datetime:
    """Return the moment that a month begins at, in UTC."""
    return datetime(month.year, month.month, 1, tzinfo=UTC)


def limit_of(workspace: RegisteredWorkspace, at: datetime | None = None) -> int | None:
    """Return how many pushes a month the workspace may send; None: any number.

    Its own limit where it has one, else that of its plan; of a premium plan that has ended, neither holds.
    """
    moment = at or timezone.now()
    group = CloudServiceSettings.current()
    plan = workspace.plan_at(moment)
    if workspace.monthly_limit is not None and plan == workspace.plan:
        return workspace.monthly_limit
    if plan == Plan.PREMIUM:
        return None
    return group.open_limit if workspace.admission == Admission.OPEN else group.community_limit


def quota_of(workspace: RegisteredWorkspace, month: date | None = None) -> Quota:
    """Return what the workspace has used of the month (the current one), as counted by this cloud."""
    wanted = month or month_of()
    row = QuotaMonth.objects.filter(workspace=workspace, month=wanted).first()
    used, reserved = (row.used, row.reserved) if row else (0, 0)
    return Quota(wanted, used, limit_of(workspace), reserved)


def own_quota() -> Quota | None:
    """Return what the cloud told this workspace of the current month; None while it has told nothing of it."""
    told = OwnQuota.objects.first()
    if told is None or told.month != month_of():
        return None
    return Quota(told.month, told.used, told.limit)
