"""stream-notify-room."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories import RoomFactory, UserFactory
from tests.method_calls import call, call_error
from workspace.models import Room, RoomType, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana", name="Ana Silva")


@pytest.fixture
def room(ana: User) -> Room:
    return RoomFactory(type=RoomType.PRIVATE, members=[ana])


@pytest.mark.parametrize(
    ("activity", "args"),
    [
        ("user-activity", ["ana", ["user-typing"], {}]),
        ("user-activity", ["Ana Silva", []]),
        ("user-activity", ["ana", ["user-typing"], None]),
        ("typing", ["ana", True]),
    ],
)
def test_members_publish_their_activity(ana: User, room: Room, activity: str, args: list[Any]) -> None:
    assert call(ana, "stream-notify-room", f"{room.public_id}/{activity}", *args) is None


@pytest.mark.parametrize("event", ["{rid}/deleteMessage", "{rid}", "", "nowhere/user-activity", "/user-activity"])
def test_other_events_are_refused(ana: User, room: Room, event: str) -> None:
    name = event.format(rid=room.public_id)
    assert call_error(ana, "stream-notify-room", name, "ana", ["user-typing"])["error"] == "error-not-allowed"


def test_nobody_publishes_for_others_or_in_other_rooms(ana: User, room: Room) -> None:
    event, bob = f"{room.public_id}/user-activity", UserFactory(username="bob")
    assert call_error(ana, "stream-notify-room", event, "bob", [])["error"] == "error-not-allowed"
    assert call_error(bob, "stream-notify-room", event, "bob", [])["error"] == "error-not-allowed"
    assert call_error(ana, "stream-notify-room", event, "ana", "user-typing")["error"] == "invalid-params"
    assert call_error(ana, "stream-notify-room")["error"] == 400
