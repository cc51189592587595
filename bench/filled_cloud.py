"""Fills a cloud with data of some months, for the screenshots of its console."""

from __future__ import annotations

import random
from datetime import UTC, date, timedelta

from django.utils import timezone

from cloud.models import Admission, Outcome, Plan, QuotaMonth, RegisteredWorkspace, UsageCount
from cloud.selectors.quota import month_of
from cloud.services.plans import plan_change
from cloud.services.registration import workspace_register
from cloud.services.suspension import workspace_suspend
from cloud.services.sync import cloud_sync
from cloud.services.terms import terms_agree
from push.models import GatewayApp
from tests.keys import certificate_pem, ec_key, key_pem, rsa_key, service_account_json
from workspace.models import User

APP = "org.example.chat"
# Name, admission, plan, own limit, and pushes of the current month.
WORKSPACES = (
    ("Harbour Theatre", Admission.EMAIL, Plan.COMMUNITY, None, 8_214),
    ("Northern Clinics", Admission.TOKEN, Plan.PREMIUM, None, 184_092),
    ("chat.observatory.example", Admission.CONSOLE, Plan.COMMUNITY, 20_000, 20_000),
    ("City Library", Admission.EMAIL, Plan.COMMUNITY, None, 1_377),
    ("rocket.kitchen.example", Admission.OPEN, Plan.COMMUNITY, None, 412),
    ("Railway Museum", Admission.EMAIL, Plan.COMMUNITY, None, 96),
)
# Shares of a day's pushes by app, platform and outcome.
SHARES = (
    (APP, "apn", Outcome.ACCEPTED, 0.55),
    (APP, "gcm", Outcome.ACCEPTED, 0.30),
    (f"{APP}.experimental", "apn", Outcome.ACCEPTED, 0.15),
    (APP, "apn", Outcome.DEAD, 0.03),
    (APP, "gcm", Outcome.REFUSED, 0.01),
    (APP, "gcm", Outcome.FAILED, 0.002),
)


def cloud_fill() -> RegisteredWorkspace:
    """Let this installation's workspace, which is connected to its own running cloud, agree, and fill the console.

    Returns the workspace with the most data.
    """
    admin = User.objects.get(username="admin")
    terms_agree(actor=admin)
    cloud_sync()
    shown = RegisteredWorkspace.objects.get()
    plan_change(workspace=shown, plan=Plan.PREMIUM, monthly_limit=40_000, actor=admin)
    # The demo has pushed already.
    UsageCount.objects.all().delete()
    QuotaMonth.objects.all().delete()
    usage_fill(shown, 31_240)
    for number, (name, admission, plan, limit, used) in enumerate(WORKSPACES):
        workspace, _credentials = workspace_register(unique_id=f"example{number}", name=name, admission=admission)
        plan_change(workspace=workspace, plan=plan, monthly_limit=limit, actor=admin)
        usage_fill(workspace, used)
    workspace_suspend(workspace=workspace, reason="Moved to another gateway", actor=admin)
    apps_fill()
    cloud_sync()
    return shown


def usage_fill(workspace: RegisteredWorkspace, used: int) -> None:
    """Count this many pushes in the current month, more on working days, and some in the previous three months."""
    rates = random.Random(workspace.pk)
    today = timezone.now().astimezone(UTC).date()
    months = [month_of()]
    for _month in range(3):
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    for distance, month in enumerate(months):
        days = [day for number in range(31) if (day := month + timedelta(days=number)).month == month.month]
        days = [day for day in days if day <= today]
        weights = [rates.uniform(0.8, 1.2) * (0.3 if day.weekday() > 4 else 1) for day in days]
        total = int(used * 0.85**distance)
        for day, weight in zip(days, weights, strict=True):
            day_fill(workspace, day, int(total * weight / sum(weights)))
        counted = UsageCount.objects.filter(workspace=workspace, day__in=days, outcome=Outcome.ACCEPTED)
        QuotaMonth.objects.create(
            workspace=workspace, month=month, used=sum(counted.values_list("count", flat=True)), reserved=0
        )
    RegisteredWorkspace.objects.filter(pk=workspace.pk).update(
        last_seen_at=timezone.now() - timedelta(seconds=rates.randrange(40)),
        created_at=timezone.now() - timedelta(days=rates.randrange(100, 400)),
    )


def day_fill(workspace: RegisteredWorkspace, day: date, pushes: int) -> None:
    """Count a day's pushes."""
    UsageCount.objects.bulk_create(
        [
            UsageCount(workspace=workspace, day=day, app=app, platform=platform, outcome=outcome, count=count)
            for app, platform, outcome, share in SHARES
            if (count := round(pushes * share))
        ]
    )


def apps_fill() -> None:
    """Add two apps: one with a token key and Google credentials, one with a certificate that expires soon."""
    certified = rsa_key()
    GatewayApp.objects.create(
        app_name=APP, apn_token_key=key_pem(ec_key()), apn_token_key_id="A1B2C3D4E5", apn_team_id="F6G7H8I9J0"
    )
    GatewayApp.objects.create(type="gcm", app_name=APP, google_api_credentials=service_account_json())
    GatewayApp.objects.create(
        app_name=f"{APP}.experimental",
        production=False,
        apn_cert=certificate_pem(certified, days=19),
        apn_key=key_pem(certified),
    )
