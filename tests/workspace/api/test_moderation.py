"""chat.reportMessage and moderation.*"""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.api_client import NOT_SIGNED_IN, ApiClient, failure
from tests.factories import RoomFactory, UserFactory, message_in
from workspace.models import Message, Report, Room, RoomType, TextView, User
from workspace.services.message_marks.reports import message_report
from workspace.services.messages import message_delete, message_edit

pytestmark = pytest.mark.django_db

READING: list[tuple[str, dict[str, str]]] = [
    ("moderation.reportsByUsers", {}),
    ("moderation.user.reportedMessages", {"userId": "unknown"}),
    ("moderation.reports", {"msgId": "unknown"}),
    ("moderation.reportInfo", {"reportId": "unknown"}),
]


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


@pytest.fixture
def bob() -> User:
    return UserFactory(username="bob", name="Bob B")


@pytest.fixture
def admin() -> User:
    return UserFactory(username="admin", roles=("admin",))


@pytest.fixture
def room(ana: User, bob: User) -> Room:
    return RoomFactory(name="stage", type=RoomType.PRIVATE, members=[ana, bob])


@pytest.fixture
def message(room: Room, bob: User) -> Message:
    return message_in(room, bob, "You are all fools")


def report(user: User, message: Message, description: str = "rude") -> Any:
    return ApiClient(user).post("chat.reportMessage", messageId=message.public_id, description=description)


def test_a_report_is_readable_by_administrators(ana: User, admin: User, room: Room, message: Message) -> None:
    assert report(ana, message).json() == {"success": True}
    body = ApiClient(admin).get("moderation.reports", msgId=message.public_id).json()
    (found,) = body["reports"]
    assert (found["description"], found["reportedBy"]["username"]) == ("rude", "ana")
    assert (found["message"]["msg"], found["message"]["u"]["username"]) == ("You are all fools", "bob")
    assert found["room"] == {"_id": room.public_id, "t": "p", "name": "stage"}
    assert (body["count"], body["total"], body["success"]) == (1, 1, True)
    info = ApiClient(admin).get("moderation.reportInfo", reportId=found["_id"]).json()
    assert info == {"report": found, "success": True}


def test_the_text_at_the_time_of_the_report_remains(ana: User, bob: User, admin: User, message: Message) -> None:
    report(ana, message)
    message_edit(editor=bob, message=message, text="You are all great")
    message_delete(deleter=bob, message=message)
    (found,) = ApiClient(admin).get("moderation.reports", msgId=message.public_id).json()["reports"]
    assert found["message"]["msg"] == "You are all fools"


def test_reading_a_report_is_logged(ana: User, admin: User, message: Message) -> None:
    report(ana, message)
    ApiClient(admin).get("moderation.reports", msgId=message.public_id)
    assert TextView.objects.values_list("reader", "message", "place").get() == (admin.pk, message.pk, "report")


def test_reported_users(ana: User, bob: User, admin: User, room: Room, message: Message) -> None:
    for text in ("one", "two"):
        report(ana, message_in(room, bob, text))
    report(bob, message_in(RoomFactory(name="cellar", members=[bob]), ana, "three"))
    body = ApiClient(admin).get("moderation.reportsByUsers").json()
    first, second = body["reports"]
    assert (first["username"], first["count"], first["message"]) == ("ana", 1, "three")
    assert (second["username"], second["name"], second["count"], second["message"]) == ("bob", "Bob B", 2, "two")
    assert [room["name"] for room in second["rooms"]] == ["stage"]
    assert second["roomIds"] == [room.public_id]
    assert (body["count"], body["total"]) == (2, 2)
    found = ApiClient(admin).get("moderation.reportsByUsers", selector="BOB").json()["reports"]
    assert [one["username"] for one in found] == ["bob"]
    assert ApiClient(admin).get("moderation.reportsByUsers", latest="2020-01-01").json()["reports"] == []


def test_reported_messages_of_a_user(ana: User, bob: User, admin: User, room: Room) -> None:
    for text in ("one", "two"):
        report(ana, message_in(room, bob, text))
    api = ApiClient(admin)
    body = api.get("moderation.user.reportedMessages", userId=bob.public_id).json()
    assert [one["message"]["msg"] for one in body["messages"]] == ["two", "one"]
    body = api.get("moderation.user.reportedMessages", userId=bob.public_id, selector="on").json()
    assert [one["message"]["msg"] for one in body["messages"]] == ["one"]
    assert failure(api.get("moderation.user.reportedMessages", userId="unknown")) == "error-invalid-user"


def test_dismissed_reports_are_gone(ana: User, bob: User, admin: User, room: Room) -> None:
    messages = [message_in(room, bob, text) for text in ("one", "two", "three")]
    for message in messages:
        report(ana, message)
    api = ApiClient(admin)
    dismissed = api.post("moderation.dismissReports", msgId=messages[0].public_id, reason="not rude")
    assert dismissed.json() == {"success": True}
    assert api.get("moderation.reports", msgId=messages[0].public_id).json()["total"] == 0
    assert Report.objects.exclude(dismissed_at=None).values_list("dismissed_by", "reason").get() == (
        admin.pk,
        "not rude",
    )
    assert api.get("moderation.reportsByUsers").json()["reports"][0]["count"] == 2
    assert api.post("moderation.dismissReports", userId=bob.public_id).json() == {"success": True}
    assert api.get("moderation.reportsByUsers").json()["total"] == 0
    for key, value in (("userId", bob.public_id), ("msgId", messages[0].public_id)):
        assert failure(api.post("moderation.dismissReports", **{key: value})) == "no-reports-found"
    assert "exactly one schema in oneOf" in failure(api.post("moderation.dismissReports", {}))


def test_a_message_that_cannot_be_reported(ana: User, message: Message) -> None:
    assert failure(report(ana, message, "  ")) == "error-invalid-description"
    assert failure(report(UserFactory(), message)) == "error-invalid-message_id"
    assert "description" in failure(ApiClient(ana).post("chat.reportMessage", messageId=message.public_id))
    assert report(ana, message, "x" * 1001).status_code == 400
    assert ApiClient().post("chat.reportMessage", messageId=message.public_id).json() == NOT_SIGNED_IN
    assert not Report.objects.exists()


@pytest.mark.parametrize(("name", "query"), READING)
def test_strangers_read_no_reports(name: str, query: dict[str, str], ana: User) -> None:
    anonymous = ApiClient().get(name, **query)
    assert (anonymous.status_code, anonymous.json()) == (401, NOT_SIGNED_IN)
    assert "[error-unauthorized]" in failure(ApiClient(ana).get(name, **query), 403)


def test_strangers_dismiss_no_reports(ana: User, message: Message) -> None:
    assert ApiClient().post("moderation.dismissReports", msgId=message.public_id).status_code == 401
    response = ApiClient(ana).post("moderation.dismissReports", msgId=message.public_id)
    assert "[error-unauthorized]" in failure(response, 403)


def test_an_unknown_report(admin: User) -> None:
    assert failure(ApiClient(admin).get("moderation.reportInfo", reportId="unknown")) == "error-report-not-found"


def test_the_number_of_queries_is_constant(
    ana: User, admin: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        room = RoomFactory(name=f"room{number}", members=[ana])
        message = message_in(room, UserFactory(username=f"author{number}"), "rude")
        message_report(reporter=ana, public_id=message.public_id, description="rude")
    for name in ("moderation.reportsByUsers",):
        with django_assert_max_num_queries(14):
            assert len(ApiClient(admin).get(name).json()["reports"]) == 12
