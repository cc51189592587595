"""`stream-notify-room`: deleted messages, and who is typing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.factories import UserFactory, message_in
from tests.workspace.live.conftest import Client, Live
from workspace.errors import ApplicationError
from workspace.live.composing import compose_transient
from workspace.models import LiveEvent, Room, Subscription, User
from workspace.services import room_activity
from workspace.services.messages import message_delete
from workspace.services.room_activity import publish_room_activity
from workspace.services.rooms import member_remove

STREAM = "stream-notify-room"
TYPING = ["bob", ["user-typing"]]


@pytest.fixture
def by_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let transient events be written as rows on all databases."""
    monkeypatch.setattr(room_activity, "wakeups_supported", lambda: False)


def test_a_deleted_message(live: Live, room: Room, ana: User, bob: User) -> None:
    message = message_in(room, ana)
    client = live.hear(Client(bob), STREAM, f"{room.public_id}/deleteMessage")
    message_delete(deleter=ana, message=message)
    live.deliver_now()
    assert client.take() == [[{"_id": message.public_id}]]


@pytest.mark.usefixtures("by_row")
class TestTyping:
    @pytest.mark.parametrize(("suffix", "args"), [("user-activity", TYPING), ("typing", ["Bob", True])])
    def test_members_hear_it(self, live: Live, room: Room, ana: User, bob: User, suffix: str, args: list[Any]) -> None:
        event = f"{room.public_id}/{suffix}"
        client = live.hear(Client(ana), STREAM, event)
        publish_room_activity(user=bob, event=event, args=[*args, {"tmid": "ignored"}])
        live.deliver_now()
        assert client.take() == [args]

    @pytest.mark.parametrize(
        ("suffix", "args", "code"),
        [
            ("user-activity", ["ana", ["user-typing"]], "error-not-allowed"),
            ("deleteMessage", ["bob", {"_id": "x"}], "error-not-allowed"),
            ("user-activity", [], "error-not-allowed"),
            ("user-activity", ["bob", "user-typing"], "invalid-params"),
            ("user-activity", ["bob", ["x" * 51]], "invalid-params"),
            ("user-activity", ["bob", ["x"] * 11], "invalid-params"),
            ("typing", ["bob"], "invalid-params"),
        ],
    )
    def test_other_events_names_and_arguments_are_refused(
        self, room: Room, bob: User, suffix: str, args: list[Any], code: str
    ) -> None:
        LiveEvent.objects.all().delete()
        with pytest.raises(ApplicationError) as refused:
            publish_room_activity(user=bob, event=f"{room.public_id}/{suffix}", args=args)
        assert refused.value.code == code
        assert not LiveEvent.objects.exists()

    def test_only_members_who_may_post_can_publish(self, room: Room, bob: User) -> None:
        stranger = UserFactory(username="stranger")
        Subscription.objects.filter(room=room, user=bob).update(is_muted=True)
        for user, target in ((stranger, room.public_id), (bob, room.public_id), (bob, "nowhere")):
            with pytest.raises(ApplicationError, match="Not allowed"):
                publish_room_activity(user=user, event=f"{target}/user-activity", args=[user.username, []])


def test_announced_events_need_no_row(live: Live, room: Room, ana: User) -> None:
    event = f"{room.public_id}/user-activity"
    client = live.hear(Client(ana), STREAM, event)
    payloads = ["", "{", '"text"', '{"event": 7}', json.dumps({"event": event, "args": TYPING})]
    live.deliver(compose_transient(payloads, live.index.interest()))
    assert client.take() == [TYPING]


def test_strangers_are_refused_and_removed_members_hear_nothing(live: Live, room: Room, ana: User, bob: User) -> None:
    event = f"{room.public_id}/deleteMessage"
    assert [error.code for error in live.try_hear(Client(UserFactory()), STREAM, event) if error] == [
        "error-not-allowed"
    ]
    client = live.hear(Client(bob), STREAM, event)
    message = message_in(room, ana)
    member_remove(user=bob, room=room)
    message_delete(deleter=ana, message=message)
    live.deliver_now()
    assert client.take() == []
    assert client.dropped == [(STREAM, event)]
