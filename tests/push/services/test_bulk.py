"""Writing rows by a single statement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.db.models import CharField, DateTimeField, Value

from push.models import Channel, Notification, State
from push.services.bulk import Kinds, rows_write_and_count, write_and_count
from tests.factories import RoomFactory, UserFactory, message_in
from workspace.models import Message, Subscription, User

pytestmark = pytest.mark.django_db

WHOLE_SECOND = datetime(2026, 3, 2, 9, 30, 15, tzinfo=UTC)
WITH_FRACTION = datetime(2026, 3, 2, 9, 30, 15, 250_001, tzinfo=UTC)


@pytest.fixture
def people() -> list[User]:
    return [UserFactory(), UserFactory()]


@pytest.fixture
def message(people: list[User]) -> Message:
    return message_in(RoomFactory(members=people), people[0])


def write(
    message: Message, *, push: Sequence[str] = ("mentioned",), at: datetime = WHOLE_SECOND, is_repeated: bool = False
) -> list[tuple[Any, ...]]:
    """Write a push for every member of the room, by the rule `mentioned`."""
    members = Subscription.objects.filter(room=message.room).order_by()
    statements = write_and_count(
        members.annotate(
            due_at=Value(at, output_field=DateTimeField()), push_rule=Value("mentioned", output_field=CharField())
        ).values_list("user_id", "due_at", "push_rule"),
        model=Notification,
        constants={"message": message.pk, "room": message.room_id, "created_at": at},
        kinds=Kinds(column="channel", value_column="rule", asked={Channel.PUSH.value: push}),
        count_by=["push_rule"],
        is_repeated=is_repeated,
    )
    return rows_write_and_count(statements)


def stored_form(pk: int) -> tuple[object, ...]:
    """Return the row as the database holds it, without Django's reading of it, but for its channel."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT CAST(due_at AS text), CAST(created_at AS text), state, reason, rule, "
            "finished_at, message_id, room_id, user_id FROM push_notification WHERE id = %s",
            [pk],
        )
        return tuple(cursor.fetchone())


@pytest.mark.parametrize("at", [WHOLE_SECOND, WITH_FRACTION])
def test_a_row_is_stored_just_as_the_orm_stores_it(message: Message, people: list[User], at: datetime) -> None:
    written = Notification.objects.create(
        channel=Channel.EMAIL,
        message=message,
        room=message.room,
        user=people[0],
        rule="mentioned",
        created_at=at,
        due_at=at,
    )
    assert write(message, at=at) == [("mentioned", 2)]
    inserted = Notification.objects.get(channel=Channel.PUSH, user=people[0])
    assert inserted.state == State.QUEUED
    assert stored_form(inserted.pk) == stored_form(written.pk)


def test_rows_are_counted_whether_they_are_written_or_not(message: Message) -> None:
    assert write(message, push=["highlight"]) == [("mentioned", 2)]
    assert write(message, push=[]) == [("mentioned", 2)]
    assert not Notification.objects.exists()


def test_what_is_there_already_is_left_alone(message: Message) -> None:
    write(message)
    before = list(Notification.objects.order_by("pk").values_list("pk", "due_at"))
    assert write(message, at=WITH_FRACTION, is_repeated=True) == [("mentioned", 2)]
    assert list(Notification.objects.order_by("pk").values_list("pk", "due_at")) == before
