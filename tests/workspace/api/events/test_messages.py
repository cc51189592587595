"""events.message: what other applications report is stored like own messages."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from tests.sources import Source, source_of
from workspace.models import Mention, Message, Room, Subscription, TransientText, User
from workspace.services.events.managing import source_key_rotate, source_update

pytestmark = pytest.mark.django_db

MESSAGE = {"id": "m1", "room": "ticket 1", "sender": "anna", "text": "The printer is on fire."}


@pytest.fixture
def desk() -> Source:
    return source_of()


def counts() -> list[int]:
    return [model._default_manager.count() for model in (User, Room, Subscription, Message, Mention)]


def errors_of(response: Any) -> dict[str, str]:
    body = response.json()
    assert (response.status_code, body["errorType"]) == (400, "invalid-params"), body
    return {error["field"]: error["message"] for error in body["details"]["errors"]}


def test_a_message_creates_its_room_and_people(desk: Source) -> None:
    names = {"roomName": "Ticket 1: Drucker", "senderName": "Anna Vogt"}
    body = desk.report("message", **MESSAGE, **names, members=["ben", "cem"], mentions=["cem"])
    message = desk.message("m1")
    assert body == {"success": True, "status": "accepted", "messageId": message.public_id}
    assert (message.text, message.alias, message.sender) == (MESSAGE["text"], "Anna Vogt", desk.person("anna"))
    assert (message.room.name, message.room.type, message.room.topic) == ("Ticket-1-Drucker", "p", "Ticket 1: Drucker")
    assert desk.members("ticket 1") == {"anna", "ben", "cem"}
    assert (desk.room("ticket 1").members_count, desk.room("ticket 1").messages_count) == (3, 1)
    assert [mention.user for mention in message.mentions.all()] == [desk.person("cem")]
    anna = desk.person("anna")
    assert (anna.name, anna.username, anna.has_usable_password()) == ("Anna Vogt", "anna.help-desk", False)
    assert anna.has_perm("workspace.view_d_room")
    assert message.decisions.count() == 1


def test_repeating_a_message_changes_nothing(desk: Source) -> None:
    first = desk.report("message", **MESSAGE)
    before = counts()
    assert desk.report("message", **MESSAGE) == {**first, "status": "duplicate"}
    assert counts() == before
    other = desk.call("message", **{**MESSAGE, "sender": "ben"})
    assert errors_of(other) == {"id": "is the id of another message"}
    assert counts() == before


def test_the_members_of_a_message_replace_those_of_the_room(desk: Source) -> None:
    desk.report("message", **MESSAGE, members=["ben", "cem"])
    desk.report("message", **{**MESSAGE, "id": "m2"})
    assert desk.members("ticket 1") == {"anna", "ben", "cem"}
    desk.report("message", **{**MESSAGE, "id": "m3"}, members=["anna", "dana"])
    assert desk.members("ticket 1") == {"anna", "dana"}
    assert desk.room("ticket 1").members_count == 2


def test_replies_are_in_the_thread(desk: Source) -> None:
    desk.report("message", **MESSAGE, members=["ben"])
    desk.report("message", **{**MESSAGE, "id": "m2", "sender": "ben"}, thread="m1", mentions=["cem"])
    reply, first = desk.message("m2"), desk.message("m1")
    assert (reply.parent, first.reply_count) == (first, 1)
    assert set(first.followers.all()) == {desk.person(name) for name in ("anna", "ben", "cem")}
    response = desk.call("message", **{**MESSAGE, "id": "m3"}, thread="m9")
    assert errors_of(response) == {"thread": "the room has no message “m9”"}


@pytest.mark.parametrize(
    ("params", "field", "message"),
    [
        ({"sender": None}, "sender", "must be string"),
        ({"room": ""}, "room", "must NOT have fewer than 1 characters"),
        ({"id": "x" * 201}, "id", "must NOT have more than 200 characters"),
        ({"text": "x" * 5001}, "text", "must NOT have more than 5000 characters"),
        ({"members": ["ben", 7]}, "members.1", "must be string"),
        ({"mentionsAll": 1}, "mentionsAll", "must be boolean"),
        ({"sentAt": "yesterday"}, "sentAt", 'must match format "date-time"'),
        ({"roomType": "c"}, "roomType", "must be equal to one of the allowed values"),
        ({"roomType": "direct", "members": list("abcdefghi")}, "members", "a direct room has at most 8 members"),
    ],
)
def test_an_error_names_the_field_and_nothing_is_written(
    desk: Source, params: dict[str, Any], field: str, message: str
) -> None:
    before = counts()
    assert errors_of(desk.call("message", **{**MESSAGE, **params})) == {field: message}
    assert counts() == before


def test_a_missing_field_is_named(desk: Source) -> None:
    assert errors_of(desk.call("message", id="m1")) == {"room": "is required", "sender": "is required"}
    assert errors_of(desk.send("message", "[]")) == {"": "must be object"}


def test_a_source_may_be_limited_to_known_people_and_rooms() -> None:
    desk = source_of(creates_unknown=False)
    before = counts()
    response = desk.call("message", **MESSAGE, members=["ben"], mentions=["cem"])
    assert set(errors_of(response)) == {"room", "sender", "members", "mentions"}
    assert counts() == before
    for name in ("anna", "ben", "cem"):
        desk.report("user", id=name)
    desk.report("room", id="ticket 1", members=["anna", "ben"])
    desk.report("message", **MESSAGE, mentions=["cem"])


def test_sources_are_separate(desk: Source) -> None:
    shop = source_of(name="Shop")
    desk.report("message", **MESSAGE, members=["ben"])
    shop.report("message", **MESSAGE, members=["ben"])
    assert desk.person("anna") != shop.person("anna")
    assert desk.room("ticket 1") != shop.room("ticket 1")
    assert desk.message("m1") != shop.message("m1")
    assert {desk.room("ticket 1").name, shop.room("ticket 1").name} == {"ticket-1", "ticket-1.shop"}


def test_ids_that_make_the_same_names_are_different_people_and_rooms(desk: Source) -> None:
    desk.batch(
        {"type": "message", **MESSAGE, "members": ["an na", "an/na"]},
        {"type": "message", **MESSAGE, "id": "m2", "room": "ticket-1"},
    )
    assert len({desk.person(name).username for name in ("anna", "an na", "an/na")}) == 3
    assert desk.room("ticket 1") != desk.room("ticket-1")


def test_texts_are_not_stored_if_the_source_says_so(desk: Source) -> None:
    source_update(by=desk.source.created_by, source=desk.source, stores_texts=False)
    desk.report("message", **MESSAGE)
    assert desk.message("m1").text == ""
    assert TransientText.objects.get().text == MESSAGE["text"]
    desk.report("delete", message="m1")
    assert TransientText.objects.count() == 0


@pytest.mark.parametrize("header", ["", "Bearer ", "Bearer cbs_wrong", "Basic cbs_wrong"])
def test_strangers_are_refused(desk: Source, header: str) -> None:
    headers = {"Authorization": header} if header else {}
    response = Client().post(
        "/api/v1/events.message", json.dumps(MESSAGE), content_type="application/json", headers=headers
    )
    assert (response.status_code, response.json()["status"]) == (401, "error")
    assert Message.objects.count() == 0


def test_the_previous_key_works_for_a_day(desk: Source) -> None:
    new = source_key_rotate(by=desk.source.created_by, source=desk.source)
    body = json.dumps(MESSAGE)
    assert desk.send("message", body, key=new).status_code == 200
    assert desk.send("message", body).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(days=1, seconds=1)):
        assert desk.send("message", body).status_code == 401
        assert desk.send("message", body, key=new).status_code == 200


def test_a_disabled_source_is_refused_and_others_only_report_what_they_may(desk: Source) -> None:
    by, source = desk.source.created_by, desk.source
    source_update(by=by, source=source, kinds="user read")
    assert desk.call("message", **MESSAGE).status_code == 403
    outcome = desk.batch({"type": "message", **MESSAGE}, {"type": "user", "id": "anna"})
    assert [one["status"] for one in outcome["results"]] == ["refused", "accepted"]
    source_update(by=by, source=source, is_enabled=False)
    assert desk.call("user", id="anna").status_code == 401


def test_events_beyond_the_rate_are_refused(desk: Source, settings: Any) -> None:
    settings.API_RATE_LIMITING = True
    source_update(by=desk.source.created_by, source=desk.source, events_per_minute=3)
    with time_machine.travel("2026-11-30T10:00:01Z", tick=False):
        desk.batch(*({"type": "user", "id": f"person{number}"} for number in range(2)))
        assert desk.call("user", id="anna").status_code == 200
        refused = desk.call("message", **MESSAGE)
    assert (refused.status_code, refused.headers["x-ratelimit-remaining"]) == (429, "0")
    assert Message.objects.count() == 0


def test_an_archived_room_takes_no_messages_and_a_deactivated_person_sends_none(desk: Source) -> None:
    desk.report("message", **MESSAGE)
    desk.report("room", id="ticket 1", archived=True)
    desk.report("user", id="anna", active=False)
    errors = errors_of(desk.call("message", **{**MESSAGE, "id": "m2"}))
    assert errors == {"room": "the room is archived", "sender": "the account is deactivated"}
