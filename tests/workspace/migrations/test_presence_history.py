"""The migration that moves former presences to a separate table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest
from django.apps import apps

from tests.factories import UserFactory
from workspace.models import FormerPresence, FormerRow

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 2, 9, 30, 15, 250_000, tzinfo=UTC)


def test_stored_presences_are_moved_in_order_and_other_rows_stay() -> None:
    migration = import_module("workspace.migrations.0013_presence_history")
    user = UserFactory()
    FormerRow.objects.all().delete()
    values = {
        "status": "busy",
        "status_expires_at": None,
        "connected_until": AT.isoformat(),
        "away_at": None,
        "created_at": (AT - timedelta(days=1)).isoformat(),
    }
    FormerRow.objects.create(kind="workspace.presence", key=user.pk, user=user, values=values, at=AT)
    FormerRow.objects.create(kind="workspace.presence", key=user.pk, user=user, values={}, at=AT + timedelta(1))
    FormerRow.objects.create(kind="workspace.user", key=user.pk, user=user, values={}, at=AT)
    migration.rows_move(apps, None)
    first, second = FormerPresence.objects.order_by("pk")
    assert (first.user_id, first.status, first.connected_until, first.away_at) == (user.pk, "busy", AT, None)
    assert (first.created_at, first.at) == (AT - timedelta(days=1), AT)
    assert (second.status, second.created_at) == ("online", second.at)
    assert FormerRow.objects.get().kind == "workspace.user"
