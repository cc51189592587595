"""The admin dashboard."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cloud.models import CloudConnection, OwnQuota, QuotaMonth, UsageCount
from cloud.selectors.quota import month_of
from push.models import State
from push.services.rollups import hours_roll_up
from push.services.setup.progress import setup_close
from push.worker.heartbeat import Heartbeat
from tests.admin_rows import administrator, device_of, notification_of, rows_add, staff
from tests.factories import DeviceFactory, RoomFactory, UserFactory, message_in, registered
from tests.fakes.gateway import FakeGateway
from tests.push.conftest import gateway_connect

pytestmark = pytest.mark.django_db


def html_for(client: Client, user: object) -> str:
    client.force_login(user)  # type: ignore[arg-type]
    return client.get("/admin/").content.decode()


def test_an_empty_workspace_shows_next_steps(client: Client) -> None:
    html = html_for(client, administrator())
    assert "Nothing was sent or dropped in this period." in html
    assert "Nothing failed in the last week." in html
    assert "none overdue" in html
    for address in ("/admin/connectivity/", "/admin/workspace/user/add/", "/rooms/"):
        assert f'href="{address}"' in html.split("Next steps")[1]


def test_next_steps_end_with_the_first_notification(client: Client) -> None:
    notification_of(message_in(RoomFactory(), UserFactory()), UserFactory(), State.DROPPED, reason="cleared_by_read")
    assert "Next steps" not in html_for(client, administrator())


def test_dismissed_steps_can_be_shown_again(client: Client, settings: Any) -> None:
    settings.SETUP_WIZARD = True
    setup_close()
    html = html_for(client, administrator())
    assert "dismissed step" not in html
    client.post("/setup/dismiss/", {"key": "message"})
    html = client.get("/admin/").content.decode()
    assert "Post a message that mentions someone" not in html
    assert "Show 1 dismissed step again" in html
    client.post("/setup/dismiss/")
    assert "Post a message that mentions someone" in client.get("/admin/").content.decode()


def test_misconfigurations_are_shown_with_links(client: Client, settings: Any) -> None:
    settings.EMAIL_BACKEND = "workspace.mail.FileBackend"
    found = html_for(client, administrator()).split("Needs attention")[1]
    for words in ("Server registration", "Cloud terms", "No worker is running", "Mail server"):
        assert words in found
    assert "#Cloud_Service_Agree_PrivacyTerms" in found
    assert "/admin/connectivity/" in found


def test_an_unreachable_gateway_is_shown(client: Client, fake_gateway: FakeGateway) -> None:
    gateway_connect("http://127.0.0.1:1")
    html = html_for(client, administrator())
    assert 'hx-get="/admin/settings/push/problems/"' in html
    assert "http://127.0.0.1:1 cannot be reached" in client.get("/admin/settings/push/problems/").content.decode()
    gateway_connect(fake_gateway.address)
    assert "cannot be reached" not in client.get("/admin/settings/push/problems/").content.decode()


def test_rejections_by_the_cloud_are_shown(client: Client) -> None:
    gateway_connect("https://push.example")
    CloudConnection.objects.update(problem="error-client-unknown", problem_text="These credentials are not known.")
    assert "These credentials are not known." in html_for(client, administrator())


def test_nothing_needs_attention_if_everything_works(client: Client, settings: Any, fake_gateway: FakeGateway) -> None:
    gateway_connect(fake_gateway.address)
    Heartbeat().beat()
    assert "Needs attention" not in html_for(client, administrator())


def test_problems_require_the_permission_to_view_settings(client: Client) -> None:
    html = html_for(client, staff("push.view_notification"))
    assert "Needs attention" not in html
    assert "push/problems" not in html
    assert client.get("/admin/settings/push/problems/").status_code == 403


def test_reasons_are_shown_as_sentences(client: Client) -> None:
    member = UserFactory()
    message = message_in(RoomFactory(), UserFactory())
    notification_of(message, member, State.DROPPED, reason="cleared_by_read")
    hours_roll_up()
    assert "The member read the room first." in html_for(client, administrator())


def test_the_delay_of_the_queue_is_shown(client: Client) -> None:
    message = message_in(RoomFactory(), UserFactory())
    notification_of(message, UserFactory(), State.QUEUED, due_at=timezone.now() - timedelta(hours=3))
    assert "oldest: 3\xa0hours" in html_for(client, administrator())


def test_failures_link_to_their_pages(client: Client) -> None:
    message = message_in(RoomFactory(), UserFactory())
    failure = notification_of(message, UserFactory(), reason="gave_up")
    html = html_for(client, administrator())
    assert f"/admin/push/notification/{failure.pk}/change/" in html
    assert "All attempts failed." in html


def test_the_bars_of_devices_show_their_numbers(client: Client) -> None:
    for kind, count in (("apn", 4), ("gcm", 1)):
        for _number in range(count):
            DeviceFactory(user=UserFactory(), type=kind)
    client.force_login(administrator())
    shares = {str(row["name"]): row["share"] for row in client.get("/admin/").context["devices"]}
    assert sorted(shares.values()) == [*[0] * (len(shares) - 2), 25, 100]


def test_devices_are_counted_by_type(client: Client) -> None:
    device_of(UserFactory())
    assert "1 disabled" not in html_for(client, administrator())


def test_the_usage_of_the_month_is_shown_with_a_link(client: Client) -> None:
    month = month_of()
    usage = {"month": f"{month:%Y-%m}", "used": 9_600, "limit": 10_000}
    OwnQuota.objects.create(month=month, used=9_600, limit=10_000, usage=usage)
    html = html_for(client, administrator())
    assert "9,600" in html
    assert "of 10,000 pushes" in html
    assert "/admin/subscription/" in html


def test_staff_see_only_permitted_counts(client: Client) -> None:
    rows_add()
    html = html_for(client, staff("push.view_device"))
    assert "Being sent" not in html
    assert "/admin/push/device/?type__exact=apn" in html


def test_staff_without_permissions_see_no_counts(client: Client) -> None:
    rows_add()
    assert "Choose what you want to see from the menu." in html_for(client, staff())


@pytest.mark.usefixtures("settings_remembered")
def test_the_number_of_queries_does_not_depend_on_the_number_of_rows(client: Client) -> None:
    client.force_login(administrator())
    rows_add()
    client.get("/admin/")
    with CaptureQueriesContext(connection) as few:
        client.get("/admin/")
    for _time in range(5):
        rows_add()
    with CaptureQueriesContext(connection) as many:
        client.get("/admin/")
    assert len(many) <= len(few) <= 46


class TestACloudOnly:
    """The dashboard of an installation that is only a cloud."""

    @pytest.fixture(autouse=True)
    def cloud_only(self, settings: Any) -> None:
        settings.ROLES = frozenset({"cloud"})

    def test_an_empty_cloud_shows_next_steps(self, client: Client) -> None:
        html = html_for(client, administrator())
        assert "No workspace is registered yet." in html
        assert "/admin/cloud/registrationtoken/add/" in html
        assert "no app has keys yet" in html
        for of_a_workspace in ("Due now", "Post a message in a room", "Devices", "Choose what you want to see"):
            assert of_a_workspace not in html

    def test_totals_and_the_busiest_workspaces_are_shown(self, client: Client) -> None:
        for number, used in enumerate((1_200, 34)):
            workspace = registered(f"u{number}")[0]
            QuotaMonth.objects.create(workspace=workspace, month=month_of(), used=used)
            today = {"workspace": workspace, "day": timezone.now().date(), "platform": "apn"}
            UsageCount.objects.create(**today, outcome="accepted", count=4_000)
            UsageCount.objects.create(**today, outcome="failed", count=7)
        html = html_for(client, administrator())
        for figure in ("1,234", "8,000", "14"):
            assert f">{figure}</span>" in html
        assert "No workspace is registered yet." not in html
        assert html.count("/admin/cloud/registeredworkspace/") > 3

    def test_staff_without_permissions_see_no_counts(self, client: Client) -> None:
        html = html_for(client, staff())
        assert "Live traffic</h" not in html
        assert "today (UTC)" not in html

    @pytest.mark.usefixtures("settings_remembered")
    def test_the_number_of_queries_does_not_depend_on_the_number_of_workspaces(self, client: Client) -> None:
        client.force_login(administrator())
        registered("u1")
        client.get("/admin/")
        with CaptureQueriesContext(connection) as few:
            client.get("/admin/")
        for number in range(2, 6):
            registered(f"u{number}")
        with CaptureQueriesContext(connection) as many:
            client.get("/admin/")
        assert len(many) <= len(few) <= 15
