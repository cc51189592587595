"""The workspace's page Subscription."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format

from cloud.models import InstalledLicence, OwnQuota, Plan, RegisteredWorkspace
from cloud.selectors.quota import month_of
from cloud.services.licences import licence_issue
from cloud.services.plans import plan_change
from tests.admin_rows import administrator, staff
from tests.factories import registered
from workspace.models import GeneralSettings
from workspace.setting_groups.licence import module_granted

PAGE = "/admin/subscription/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(administrator())
    return client


def licence(unique_id: str = "", *, days: int = 30) -> str:
    """Return a premium licence, by default for this workspace."""
    GeneralSettings.stored().save()
    workspace, _token = registered(unique_id or GeneralSettings.stored().unique_id, "Opera")
    plan_change(workspace=workspace, plan=Plan.PREMIUM)
    return licence_issue(workspace=RegisteredWorkspace.objects.get(), ends_at=timezone.now() + timedelta(days=days))


@pytest.mark.django_db(transaction=True)
def test_a_pasted_licence_unlocks_and_removing_it_locks(admin: Client) -> None:
    html = admin.post(f"{PAGE}licence/", {"token": licence()}, follow=True).content.decode()
    assert "The licence is installed." in html
    assert "Premium" in html
    assert module_granted("push-privacy")
    assert "stop working" in admin.get(f"{PAGE}remove/").content.decode()
    admin.post(f"{PAGE}remove/")
    assert "No licence is installed" in admin.get(PAGE).content.decode()
    assert not module_granted("push-privacy")


def test_a_licence_of_another_workspace_is_refused_with_the_reason(admin: Client) -> None:
    html = admin.post(f"{PAGE}licence/", {"token": licence("another")}).content.decode()
    assert "This licence is for another workspace." in html
    assert not InstalledLicence.objects.exists()


def test_the_error_for_a_refused_licence_does_not_mention_the_plan(admin: Client) -> None:
    admin.post(f"{PAGE}licence/", {"token": licence()})
    html = admin.post(f"{PAGE}licence/", {"token": "mistyped"}).content.decode()
    assert "This licence is not signed by the cloud" in html
    assert "community plan applies" not in html
    assert module_granted("push-privacy")


def test_a_tampered_licence_falls_back_to_the_community_plan_and_is_shown(admin: Client) -> None:
    token = licence()
    admin.post(f"{PAGE}licence/", {"token": token})
    head, _payload, tail = token.split(".")
    InstalledLicence.objects.update(token=f"{head}.e30.{tail}")
    html = admin.get(PAGE).content.decode()
    assert "The licence is not signed by the cloud" in html
    assert "Community" in html


def test_the_page_shows_the_usage_that_the_cloud_reported(admin: Client) -> None:
    month = month_of()
    usage = {
        "month": f"{month:%Y-%m}",
        "used": 9_600,
        "limit": 10_000,
        "byDay": [{"day": month.isoformat(), "count": 9_600}],
        "byApp": [{"name": "org.opera", "count": 9_600}],
        "byPlatform": [{"name": "gcm", "count": 9_600}],
        "byOutcome": [{"name": "accepted", "count": 9_600}],
        "months": [{"month": f"{month:%Y-%m}", "used": 9_600}],
        "forecast": month.replace(day=23).isoformat(),
    }
    quota = OwnQuota.objects.create(month=month, used=9_600, limit=10_000, usage=usage)
    html = admin.get(PAGE).content.decode()
    for part in (
        "9,600",
        "of 10,000 pushes",
        "(96 %)",
        "cloud-meter-danger",
        "At this rate",
        "org.opera",
        "Google",
        "workspace/charts.js",
        f"Reported by the cloud on {date_format(timezone.localtime(quota.told_at), 'DATETIME_FORMAT')}.",
    ):
        assert part in html
    answer = admin.get(f"{PAGE}usage.csv")
    assert answer["Content-Type"].startswith("text/csv")
    assert f"{month},9600" in answer.content.decode()


def test_missing_usage_is_not_an_error(admin: Client) -> None:
    assert "The cloud has not reported this month's usage yet." in admin.get(PAGE).content.decode()
    assert admin.get(f"{PAGE}usage.csv").status_code == 404


def test_synchronizing_without_a_cloud_shows_an_error(admin: Client) -> None:
    assert "not connected to a cloud" in admin.post(f"{PAGE}sync/", follow=True).content.decode()


@pytest.mark.parametrize("name", ["", "sync/", "licence/", "remove/", "usage.csv"])
def test_strangers_are_refused(client: Client, name: str) -> None:
    client.force_login(staff("workspace.view_room"))
    assert client.get(f"{PAGE}{name}").status_code == 403
