"""The console's page Live traffic."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from cloud.models import Outcome, UsageCount
from tests.admin_rows import administrator, staff
from tests.factories import registered

pytestmark = pytest.mark.django_db

PAGE = "/admin/traffic/"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@time_machine.travel(NOON, tick=False)
def test_the_busiest_workspaces_come_first_with_their_rate(client: Client) -> None:
    calm, _token = registered("calm", "Calm")
    busy, _token = registered("busy", "Busy")
    for workspace, count in ((calm, 5), (busy, 100)):
        UsageCount.objects.create(
            workspace=workspace, day=NOON.date(), app="a", platform="apn", outcome=Outcome.ACCEPTED, count=count
        )
    client.force_login(administrator())
    html = client.get(PAGE).content.decode()
    assert html.index("Busy") < html.index("Calm")
    assert f"""hx-get="{PAGE}" hx-trigger="every 2s [document.visibilityState === 'visible']\"""" in html
    with time_machine.travel(NOON + timedelta(seconds=30), tick=False):
        UsageCount.objects.filter(workspace=busy).update(count=160)
        part = client.get(PAGE, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    # 60 more in half a minute.
    assert '<td class="cloud-number">120</td>' in part


def test_an_idle_gateway_is_reported(client: Client) -> None:
    client.force_login(administrator())
    assert "Nothing was pushed today." in client.get(PAGE).content.decode()


def test_users_without_permission_see_no_traffic(client: Client) -> None:
    client.force_login(staff("cloud.view_registeredworkspace"))
    assert client.get(PAGE).status_code == 403
