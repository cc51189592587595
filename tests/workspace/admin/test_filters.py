"""Filters of lists."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client

from tests.admin_rows import administrator
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({"created_at_from_0": "2026-03-02"}, True),
        ({"created_at_to_0": "2026-03-02"}, True),
        ({"created_at_from_0": "2026-03-03"}, False),
        ({"created_at_to_0": "2026-03-01"}, False),
        ({"created_at_from_0": "2026-03-02", "created_at_from_1": "12:00:00"}, True),
        ({"created_at_from_0": "2026-03-02", "created_at_from_1": "12:00:01"}, False),
        ({"created_at_from_0": "yesterday", "created_at_to_1": "noon"}, True),
    ],
)
def test_times_are_filtered_by_days_and_times(client: Client, params: dict[str, str], found: bool) -> None:
    client.force_login(administrator())
    UserFactory(username="grace", created_at=datetime(2026, 3, 2, 12, tzinfo=UTC))
    assert ("@grace" in client.get("/admin/workspace/user/", params).content.decode()) is found
