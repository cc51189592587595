"""The administration's first page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from push.models import State
from tests.admin_rows import administrator, device_of, notification_of, rows_add, staff
from tests.factories import RoomFactory, UserFactory, message_in

pytestmark = pytest.mark.django_db


def html_for(client: Client, user: object) -> str:
    client.force_login(user)  # type: ignore[arg-type]
    return client.get("/admin/").content.decode()


def test_an_empty_workspace_is_told_what_to_do(client: Client) -> None:
    html = html_for(client, administrator())
    assert "Nothing was sent or dropped yet." in html
    assert "Nothing failed in the last week." in html
    assert "none late" in html


def test_reasons_are_told_in_sentences(client: Client) -> None:
    member = UserFactory()
    message = message_in(RoomFactory(), UserFactory())
    notification_of(message, member, State.DROPPED, reason="cleared_by_read")
    assert "The member read the room first." in html_for(client, administrator())


def test_how_late_the_queue_is_can_be_seen(client: Client) -> None:
    message = message_in(RoomFactory(), UserFactory())
    notification_of(message, UserFactory(), State.QUEUED, due_at=timezone.now() - timedelta(hours=3))
    assert "oldest for 3\xa0hours" in html_for(client, administrator())


def test_failures_lead_to_their_pages(client: Client) -> None:
    message = message_in(RoomFactory(), UserFactory())
    failure = notification_of(message, UserFactory(), reason="gave_up")
    html = html_for(client, administrator())
    assert f"/admin/push/notification/{failure.pk}/change/" in html
    assert "No try succeeded; given up after the last retry." in html


def test_devices_are_counted_by_type(client: Client) -> None:
    device_of(UserFactory())
    assert "1 disabled" not in html_for(client, administrator())


def test_staff_see_only_the_figures_that_they_may(client: Client) -> None:
    rows_add()
    html = html_for(client, staff("push.view_device"))
    assert "Being sent" not in html
    assert "/admin/push/device/?type__exact=apn" in html


def test_staff_without_permissions_see_no_figures(client: Client) -> None:
    rows_add()
    assert "Choose what you want to see from the menu." in html_for(client, staff())


def test_it_takes_few_queries_however_many_rows(client: Client) -> None:
    client.force_login(administrator())
    rows_add()
    client.get("/admin/")
    with CaptureQueriesContext(connection) as few:
        client.get("/admin/")
    for _time in range(5):
        rows_add()
    with CaptureQueriesContext(connection) as many:
        client.get("/admin/")
    assert len(many) <= len(few) <= 15
