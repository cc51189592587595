"""Admin pages of presence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from tests.admin_rows import administrator
from tests.factories import UserFactory
from workspace.services.presence import activity_report, status_set

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "connection"), [(1, "online"), (100, "away"), (2000, "offline")], ids=["online", "away", "offline"]
)
def test_people_are_found_by_their_connection_now(client: Client, seconds: int, connection: str) -> None:
    with time_machine.travel(NOW, tick=False):
        client.force_login(administrator())
        activity_report(user=UserFactory(username="grace"), at=NOW - timedelta(seconds=seconds))
        for asked in ("online", "away", "offline"):
            html = client.get("/admin/workspace/presence/", {"connection": asked}).content.decode()
            assert ("@grace" in html) is (asked == connection)


def test_an_expired_status_is_not_shown(client: Client) -> None:
    user = UserFactory()
    with time_machine.travel(NOW, tick=False) as clock:
        status_set(user=user, status="busy", expires_at=NOW + timedelta(hours=1))
        client.force_login(administrator())
        assert "Busy" in client.get(f"/admin/workspace/presence/{user.pk}/change/").content.decode()
        clock.move_to(NOW + timedelta(hours=2))
        assert "Busy" not in client.get(f"/admin/workspace/presence/{user.pk}/change/").content.decode()


def test_a_persons_page_lists_their_clients(client: Client) -> None:
    user = UserFactory()
    for name in ("page:abc:1", "token:def", ""):
        activity_report(user=user, client=name)
    client.force_login(administrator())
    html = client.get(f"/admin/workspace/presence/{user.pk}/change/").content.decode()
    assert f"{user.username} | View presence" in html
    assert [html.count(kind) for kind in ("Open page: last used", "App: last used", "Other program: last used")] == [
        1
    ] * 3


def test_a_user_without_clients_has_an_empty_list(client: Client) -> None:
    user = UserFactory()
    status_set(user=user, status="busy")
    client.force_login(administrator())
    html = client.get(f"/admin/workspace/presence/{user.pk}/change/").content.decode()
    assert "last used" not in html
