"""Finding the highlight words of a room's members in a message."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from preferences.selectors.highlights import matching_highlights
from preferences.services.accounts import highlight_words_set
from tests.factories import RoomFactory, UserFactory
from workspace.models import Room, User

pytestmark = pytest.mark.django_db

LARGE = 100_000


@pytest.fixture
def member() -> User:
    user = UserFactory()
    highlight_words_set(user=user, words=["deploy", "on call", "release"])
    return user


@pytest.fixture
def room(member: User) -> Room:
    return RoomFactory(members=[member])


@pytest.mark.parametrize("members", [1, LARGE])
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Who is On Call for the deploy?", {"deploy", "on call"}),
        ("redeployed", set()),
        ("lunch " * 800 + "deploy", {"deploy"}),
    ],
)
def test_the_words_are_the_same_in_a_room_of_any_size(room: Room, members: int, text: str, found: set[str]) -> None:
    room.members_count = members
    assert matching_highlights(text, room=room) == found


def test_the_members_of_a_large_room_are_not_read(room: Room) -> None:
    room.members_count = LARGE
    with CaptureQueriesContext(connection) as queries:
        matching_highlights("Who is on call?", room=room)
    assert "workspace_subscription" not in queries[0]["sql"]
