"""Transactions that commit in another order than their keys, and rows of other versions."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories import message_in
from tests.stored import UNREADABLE, other_versions
from tests.workspace.live.conftest import Client, Live
from workspace.live import fanout as fanout_module
from workspace.live.reading import MAX_EVENTS
from workspace.live.window import COMMIT_SKEW_SECONDS, MAX_MISSING, Window
from workspace.models import LiveEvent, Room, User

STREAM = "stream-room-messages"


class TestWindow:
    def test_gaps_are_searched_for_until_no_transaction_can_fill_them(self) -> None:
        window = Window()
        window.start([3, 4, 7], now=0.0)
        assert (window.newest, window.missing(1.0)) == (7, [5, 6])
        window.note([5, 10], now=2.0)
        assert (window.newest, window.missing(2.0)) == (10, [6, 8, 9])
        assert window.missing(COMMIT_SKEW_SECONDS + 1) == [8, 9]
        assert window.missing(COMMIT_SKEW_SECONDS + 3) == []

    def test_large_gaps_are_searched_in_part(self) -> None:
        window = Window()
        window.start([], now=0.0)
        window.note([10_000_000], now=0.0)
        assert window.missing(0.0) == list(range(10_000_000 - MAX_MISSING, 10_000_000))


def late_row(message_key: int, room: Room, key: int) -> LiveEvent:
    """Return the row of a transaction that commits later than others with larger keys."""
    return LiveEvent(pk=key, kind="message", room_key=room.pk, message_key=message_key, args={"new": True})


def test_a_row_that_is_committed_late_is_delivered_once(live: Live, room: Room, ana: User) -> None:
    client = live.hear(Client(ana), STREAM, room.public_id)
    late, early = message_in(room, ana, "late"), message_in(room, ana, "early")
    row = LiveEvent.objects.get(message_key=late.pk)
    row.delete()
    live.deliver_now()
    late_row(late.pk, room, LiveEvent.objects.get(message_key=early.pk).pk - 1).save()
    live.deliver_now()
    live.deliver_now()
    assert [described["msg"] for (described,) in client.take()] == ["early", "late"]


def test_more_rows_than_are_read_at_once(live: Live, room: Room, ana: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workspace.live.reading.MAX_EVENTS", 2)
    assert MAX_EVENTS > 2
    client = live.hear(Client(ana), STREAM, room.public_id)
    for number in range(5):
        message_in(room, ana, str(number))
    live.deliver_now()
    assert [described["msg"] for (described,) in client.take()] == list("01234")


def test_rows_that_cannot_be_handled_are_skipped(
    live: Live, room: Room, ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = live.hear(Client(ana), STREAM, room.public_id)
    message_in(room, ana, "poison")
    with monkeypatch.context() as patch:
        patch.setattr(fanout_module, "compose", lambda _rows, _interest: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            live.deliver_now()
    message_in(room, ana, "next")
    live.deliver_now()
    assert [described["msg"] for (described,) in client.take()] == ["next"]


class TestOtherVersions:
    """Another version of the product may have written the rows, while processes are upgraded one after the other."""

    @pytest.mark.parametrize(
        ("kind", "args"),
        [
            ("message", {"new": True}),
            ("message_deleted", {"room": "r", "id": "m"}),
            ("members_removed", {"room": "r", "members": [[1, "s"]]}),
            ("members_added", {"users": [1]}),
            ("subscriptions", {"users": [1]}),
            ("room", {"room": "r"}),
            ("user", {"fields": ["name"]}),
            ("user_roles", {"added": ["admin"]}),
            ("user_deleted", {"id": "u"}),
            ("role_deleted", {"name": "x"}),
            ("permissions", {"names": ["workspace.create_c"]}),
            ("settings", {"ids": ["Site_Url"]}),
            ("signed_out", {"digest": "d"}),
            ("transient", {"event": "r/typing", "args": ["ana", True]}),
            ("presence", {"users": [1]}),
            ("invented_later", {"anything": 1}),
        ],
    )
    def test_rows_are_read_or_ignored(self, live: Live, room: Room, ana: User, kind: str, args: dict[str, Any]) -> None:
        client = live.hear(Client(ana), STREAM, room.public_id, "__my_messages__")
        live.hear(client, "stream-notify-logged", "permissions-changed", "user-status", "Users:NameChanged")
        variants = [args, None, UNREADABLE, "text", *(other for _name, other in other_versions(args))]
        for variant in variants:
            LiveEvent.objects.create(kind=kind, room_key=room.pk, user_key=ana.pk, args=variant)
        message_in(room, ana, "afterwards")
        live.deliver_now()
        assert "afterwards" in str([frame.args for frame in client.frames])
        assert client.ended == ""
