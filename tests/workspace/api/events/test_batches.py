"""events.batch: events are carried out one by one, in their order."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.sources import Source, source_of
from workspace.models import Message

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Source:
    return source_of()


def message(number: int, **values: Any) -> dict[str, Any]:
    return {"type": "message", "id": f"m{number}", "room": "r1", "sender": "anna", "text": f"No. {number}", **values}


def test_each_event_has_its_outcome(desk: Source) -> None:
    body = desk.batch(
        {"type": "user", "id": "anna", "name": "Anna"},
        {"type": "room", "id": "r1", "name": "Ticket 1", "members": ["anna", "ben"]},
        message(1),
        message(2, text="Ümlaut"),
        message(1),
        message(3, sender=""),
        {"type": "read", "user": "ben", "room": "r1"},
        {"type": "read", "user": "ben", "room": "r2"},
        {"type": "party"},
        "nothing",
        message(4, thread="m2"),
    )
    results = body["results"]
    assert (body["accepted"], body["duplicates"], body["refused"]) == (6, 1, 4)
    assert [one["index"] for one in results] == list(range(11))
    assert results[4] == {**results[2], "index": 4, "status": "duplicate"}
    assert results[5]["errors"] == [{"field": "sender", "message": "must NOT have fewer than 1 characters"}]
    assert results[7]["errors"] == [{"field": "room", "message": "unknown room “r2”"}]
    assert [one["errors"][0]["field"] for one in results[8:10]] == ["type", ""]
    assert [one.text for one in Message.objects.order_by("pk")] == ["No. 1", "Ümlaut", "No. 4"]
    assert desk.message("m4").parent == desk.message("m2")


def test_a_reply_may_come_before_other_messages_of_its_batch(desk: Source) -> None:
    desk.batch(message(1), message(2, thread="m1"), message(3))
    assert desk.message("m2").parent == desk.message("m1")
    assert desk.room("r1").messages_count == 3


def test_a_batch_needs_few_statements_however_many_messages_it_has(desk: Source) -> None:
    people = [f"p{number}" for number in range(10)]
    desk.batch(*(message(number, room=f"r{number}", members=people) for number in range(40)))
    with CaptureQueriesContext(connection) as few:
        desk.batch(*(message(number, room=f"r{number}", members=people) for number in range(100, 102)))
    with CaptureQueriesContext(connection) as many:
        desk.batch(*(message(number, room=f"r{number % 40}", members=people) for number in range(200, 240)))
    assert len(many) <= len(few) + 2


@pytest.mark.parametrize("events", [None, [], {}, [{"type": "user"}] * 1001])
def test_a_batch_has_up_to_1000_events(desk: Source, events: Any) -> None:
    response = desk.call("batch", events=events)
    assert response.status_code == 400
    assert response.json()["details"]["errors"][0]["field"] == "events"


def test_a_large_batch_is_accepted(desk: Source) -> None:
    long = "x" * 2000
    body = desk.batch(*(message(number, text=long) for number in range(600)))
    assert body["accepted"] == 600
