"""The status that others see, computed by the database and by Python."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from tests.factories import UserFactory
from workspace.models import Presence, Status, User
from workspace.selectors.presence import presence_of, shown_expression

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 1, 10, tzinfo=UTC)
MOMENTS = (None, NOW - timedelta(seconds=1), NOW, NOW + timedelta(seconds=1))


@pytest.mark.thorough
def test_database_and_python_agree_for_any_presence() -> None:
    for status, connected_until, away_at, expires_at in product(Status.values, MOMENTS, MOMENTS, MOMENTS):
        Presence.objects.create(
            user=UserFactory(),
            status=status,
            connected_until=connected_until,
            away_at=away_at,
            status_expires_at=expires_at,
        )
    UserFactory()
    result = dict(User.objects.annotate(shown=shown_expression(NOW, "presence__")).values_list("pk", "shown"))
    assert result == {user.pk: presence_of(user, at=NOW).shown for user in User.objects.all()}
    assert set(result.values()) == set(Status.values)
