"""Writing rows by a single statement."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.db.models import DateTimeField, F, Value

from push.models import Channel, Notification, State
from push.services.bulk import insert_select
from tests.factories import RoomFactory, UserFactory, message_in
from workspace.models import Subscription

pytestmark = pytest.mark.django_db

WHOLE_SECOND = datetime(2026, 3, 2, 9, 30, 15, tzinfo=UTC)
WITH_FRACTION = datetime(2026, 3, 2, 9, 30, 15, 250_001, tzinfo=UTC)


def stored_form(pk: int) -> tuple[object, ...]:
    """Return the row as the database holds it, by channel's side, without Django's reading of it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT CAST(due_at AS text), CAST(created_at AS text), state, reason, claimed_by, claimed_until, "
            "finished_at, message_id, room_id, user_id FROM push_notification WHERE id = %s",
            [pk],
        )
        return tuple(cursor.fetchone())


@pytest.mark.parametrize("at", [WHOLE_SECOND, WITH_FRACTION])
def test_a_row_is_stored_just_as_the_orm_stores_it(at: datetime) -> None:
    user = UserFactory()
    room = RoomFactory(members=[user])
    message = message_in(room, user)
    common = {"message": message, "room": room, "user": user, "rule": "mentioned", "created_at": at, "due_at": at}
    written = Notification.objects.create(channel=Channel.EMAIL, **common)
    moment = Value(at, output_field=DateTimeField())
    added = insert_select(
        Notification,
        Subscription.objects.filter(room=room).order_by(),
        {
            "user": F("user"),
            "message": Value(message.pk),
            "room": F("room"),
            "channel": Value(Channel.PUSH.value),
            "rule": Value("mentioned"),
            "created_at": moment,
            "due_at": moment,
        },
    )
    assert added == 1
    inserted = Notification.objects.get(channel=Channel.PUSH)
    assert inserted.state == State.QUEUED
    assert stored_form(inserted.pk) == stored_form(written.pk)
