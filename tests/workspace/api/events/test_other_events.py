"""events.user, events.room, events.read, events.presence and events.delete."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from tests.factories import EmailAddressFactory
from tests.sources import Source, source_of
from workspace.models import Connection, EmailAddress, Subscription, User
from workspace.selectors.presence import presence_of
from workspace.services.events.managing import source_update

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Source:
    desk = source_of(trusts_addresses=True)
    desk.report("message", id="m1", room="r1", sender="anna", members=["ben"], text="Hello")
    return desk


def error_of(response: Any) -> dict[str, str]:
    assert response.status_code == 400, response.json()
    (error,) = response.json()["details"]["errors"]
    return dict(error)


def unread(desk: Source, person: str) -> int:
    return Subscription.objects.get(user=desk.person(person), room=desk.room("r1")).unread


def connection(user: User) -> Connection:
    return presence_of(user).connection


def test_a_person_has_a_name_language_time_zone_and_address(desk: Source) -> None:
    values = {"name": "Cem Ak", "language": "de", "timeZone": "Europe/Berlin", "email": "cem@example.org"}
    desk.report("user", id="cem", username="cem.ak", **values)
    cem = desk.person("cem")
    assert (cem.username, cem.name, cem.language) == ("cem.ak.help-desk", "Cem Ak", "de")
    assert cem.time_zone == "Europe/Berlin"
    assert [(email.address, email.verified) for email in cem.emails.all()] == [("cem@example.org", True)]
    desk.report("user", id="cem", name="Cem", email="cem@example.com")
    desk.report("user", id="cem", active=False)
    cem = desk.person("cem")
    assert (cem.name, cem.language, cem.is_active) == ("Cem", "de", False)
    assert cem.emails.get().address == "cem@example.com"
    desk.report("user", id="cem", email="", active=True)
    assert not cem.emails.exists()


def test_addresses_are_only_verified_if_the_source_is_trusted(desk: Source) -> None:
    source_update(by=desk.source.created_by, source=desk.source, trusts_addresses=False)
    desk.report("user", id="anna", email="anna@example.org")
    assert EmailAddress.objects.get().verified is False


@pytest.mark.parametrize(
    ("values", "field"),
    [({"email": "anna"}, "email"), ({"email": "taken@example.org"}, "email"), ({"language": "xx"}, "language")],
)
def test_invalid_values_of_a_person_change_nothing(desk: Source, values: dict[str, str], field: str) -> None:
    EmailAddressFactory(address="taken@example.org")
    assert error_of(desk.call("user", id="anna", name="Other", **values))["field"] == field
    assert desk.person("anna").name == ""
    assert not desk.person("anna").emails.exists()
    assert error_of(desk.call("user", id="new", **values))["field"] == field
    assert not User.objects.filter(source_person__external_id="new").exists()


def test_a_room_has_a_name_and_members(desk: Source) -> None:
    desk.report("room", id="r2", name="Ticket 2", members=["anna", "ben"])
    desk.report("room", id="r2", add=["cem"], remove=["ben", "nobody"])
    assert desk.members("r2") == {"anna", "cem"}
    desk.report("room", id="r2", name="Ticket 2: solved", topic="Done")
    room = desk.room("r2")
    assert (room.name, room.topic, room.members_count) == ("Ticket-2-solved", "Done", 2)
    desk.report("room", id="r2", members=["dana"])
    assert desk.members("r2") == {"dana"}
    assert error_of(desk.call("room", id="r2", roomType="direct"))["field"] == "roomType"


def test_direct_rooms_of_the_same_people_are_separate(desk: Source) -> None:
    for name in ("d1", "d2"):
        desk.report("room", id=name, roomType="direct", members=["anna", "ben"])
    assert desk.room("d1") != desk.room("d2")
    assert desk.room("d1").is_direct
    people = [f"p{number}" for number in range(7)]
    assert error_of(desk.call("room", id="d1", add=people))["field"] == "members"


def test_reading_a_room_resets_its_counters(desk: Source) -> None:
    Subscription.objects.update(unread=3)
    desk.report("read", user="ben", room="r1")
    assert (unread(desk, "ben"), unread(desk, "anna")) == (0, 3)
    desk.report("user", id="cem")
    assert error_of(desk.call("read", user="cem", room="r1")) == {
        "field": "user",
        "message": "is not a member of the room",
    }
    assert error_of(desk.call("read", user="nobody", room="r1"))["field"] == "user"


def test_presence_lasts_until_the_next_report_or_the_end_of_its_time(desk: Source) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        desk.report("presence", user="ben", status="online", seconds=600)
        clock.shift(timedelta(seconds=590))
        assert connection(desk.person("ben")) == Connection.ONLINE
        desk.report("presence", user="ben", status="away", seconds=600)
        assert connection(desk.person("ben")) == Connection.AWAY
        clock.shift(timedelta(seconds=601))
        assert connection(desk.person("ben")) == Connection.OFFLINE
        desk.report("presence", user="ben", status="online")
        desk.report("presence", user="ben", status="offline")
        assert connection(desk.person("ben")) == Connection.OFFLINE


def test_messages_rooms_and_people_are_deleted(desk: Source) -> None:
    anna, room = desk.person("anna"), desk.room("r1")
    desk.report("delete", message="m1")
    assert desk.message("m1").deleted_at is not None
    desk.report("delete", room="r1")
    room.refresh_from_db()
    assert room.deleted_at is not None
    desk.report("delete", user="anna")
    assert User.with_deleted.get(pk=anna.pk).deleted_at is not None
    for nothing in ({"message": "m9"}, {"room": "r1"}, {"user": "anna"}):
        desk.report("delete", **nothing)
    desk.report("message", id="m2", room="r1", sender="anna")
    assert desk.person("anna") != anna
    assert desk.call("delete", message="m1", room="r1").status_code == 400


@pytest.mark.parametrize("name", ["events.user", "events.room", "events.read", "events.presence", "events.delete"])
def test_strangers_are_refused(desk: Source, name: str) -> None:
    body = '{"id": "r1", "user": "anna", "room": "r1", "status": "online", "message": "m1"}'
    response = Client().post(f"/api/v1/{name}", body, content_type="application/json")
    assert response.status_code == 401


def test_another_source_cannot_change_the_same_ids(desk: Source) -> None:
    shop = source_of(name="Shop")
    shop.report("delete", message="m1")
    shop.report("delete", user="anna")
    assert desk.message("m1").deleted_at is None
    assert desk.person("anna").is_active
    assert error_of(shop.call("read", user="ben", room="r1"))["field"] == "user"
