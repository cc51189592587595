"""Measures the response times of the cloud console's pages, with 100,000 workspaces that all pushed today.

    .venv/bin/python bench/console.py            # on SQLite
    DATABASE_URL=postgres://... .venv/bin/python bench/console.py

One of them has counts for 700 days, twelve apps, both platforms and five outcomes. Each page is requested five times in
one process, as an administrator. Prints lines for docs/figures.md.
"""

from __future__ import annotations

import os
import time
from datetime import timedelta

os.environ["ROLES"] = "cloud"

import scaffold
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cloud.models import CloudEvent, EventKind, Outcome, Plan, QuotaMonth, RegisteredWorkspace, UsageCount
from cloud.selectors.quota import month_of
from workspace.models import User

WORKSPACES = 100_000
DAYS = 700
APPS = 12
TIMES = 5
LIST = "/admin/cloud/registeredworkspace/"


def fill() -> int:
    """Create the workspaces with their usage, and return the key of the one with the most counts."""
    now = timezone.now()
    rows = [
        RegisteredWorkspace(
            unique_id=f"u{number}",
            name=f"Workspace {number}",
            plan=Plan.COMMUNITY if number % 7 else Plan.PREMIUM,
            last_seen_at=now,
        )
        for number in range(WORKSPACES)
    ]
    RegisteredWorkspace.objects.bulk_create(rows, 5_000)
    keys = list(RegisteredWorkspace.objects.values_list("pk", flat=True))
    months = [QuotaMonth(workspace_id=key, month=month_of(), used=key % 9_000) for key in keys]
    QuotaMonth.objects.bulk_create(months, 5_000)
    CloudEvent.objects.bulk_create([CloudEvent(kind=EventKind.REGISTERED, workspace_id=key) for key in keys], 5_000)
    today = now.date()
    counts = [
        UsageCount(workspace_id=key, day=today, app="a", platform="apn", outcome=Outcome.ACCEPTED, count=key % 500 + 1)
        for key in keys
    ]
    counts += [
        UsageCount(
            workspace_id=keys[50],
            day=today - timedelta(days=day),
            app=f"app{app}",
            platform=platform,
            outcome=outcome,
            count=7,
        )
        for day in range(1, DAYS)
        for app in range(APPS)
        for platform in ("apn", "gcm")
        for outcome in list(Outcome)[:5]
    ]
    UsageCount.objects.bulk_create(counts, 5_000)
    scaffold.analyze()
    return keys[50]


def measure(client: Client, name: str, address: str) -> None:
    """Print a page's response time and number of queries."""
    client.get(address)
    took = []
    for _time in range(TIMES):
        begun = time.perf_counter()
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200, address
        took.append(time.perf_counter() - begun)
    print(f"| {name} | {sorted(took)[TIMES // 2] * 1000:.0f} | {len(asked)} |")


def main() -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    with scaffold.database():
        largest, client = fill(), Client()
        client.force_login(User.objects.create_superuser(username="console", password="console"))
        for name, address in (
            ("first page", "/admin/"),
            ("workspaces", LIST),
            ("workspaces, searched", f"{LIST}?q=Workspace+99999"),
            ("workspaces, by plan", f"{LIST}?plan__exact=premium"),
            ("one workspace", f"{LIST}{largest}/change/"),
            ("its counts as CSV", f"{LIST}{largest}/usage.csv"),
            ("live traffic", "/admin/traffic/"),
            ("audit log", "/admin/cloud/cloudevent/"),
            ("audit log, searched", "/admin/cloud/cloudevent/?q=Workspace+5"),
        ):
            measure(client, name, address)


if __name__ == "__main__":
    main()
