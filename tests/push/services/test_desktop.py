"""The events about a message that open pages receive, and how the pages show it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from preferences.services.accounts import account_preferences_save
from preferences.services.quiet import quiet_hours_save
from preferences.services.rooms import room_preferences_save
from push.models import DesktopEvent, DesktopStream
from push.rules import candidates
from push.selectors.desktop import counters_of, missed_events, page_events
from push.services.desktop import events_prune, streams_hold
from push.services.fanout import pending_decide
from tests.factories import RoomFactory, UserFactory, direct_room, message_in
from workspace.models import Message, Room, RoomType, Subscription, User
from workspace.services.accounts import user_deactivate
from workspace.services.messages import message_delete, message_edit
from workspace.services.presence import activity_report
from workspace.services.reading import room_mark_read
from workspace.services.rooms import member_remove, room_leave

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 22, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana", name="Ana Silva")


@pytest.fixture
def bob() -> User:
    """Somebody whose page is open and in use."""
    bob = UserFactory(username="bob")
    activity_report(user=bob)
    streams_hold(process="here", users=[bob.pk])
    return bob


@pytest.fixture
def room(ana: User, bob: User) -> Room:
    return RoomFactory(name="ops", members=[ana, bob])


def post(room: Room, sender: User, text: str = "Lunch is ready") -> Message:
    message = message_in(room, sender, text)
    pending_decide()
    return message


def contents_of_events(user: User) -> list[dict[str, Any] | None]:
    """Return the contents of all events for the user's pages."""
    keys = DesktopEvent.objects.filter(user=user).values_list("pk", flat=True)
    return [item.data for item in page_events(list(keys), timezone.now()) if not item.change]


def chosen(room: Room, user: User, **choices: Any) -> None:
    room_preferences_save(subscription=Subscription.objects.get(room=room, user=user), **choices)


class TestWhoIsTold:
    @pytest.mark.parametrize("large", [10**6, 0])
    def test_members_with_an_open_page(
        self, room: Room, ana: User, bob: User, large: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(candidates, "LARGE_ROOM", large)
        message = post(room, ana, "@bob look")
        event = DesktopEvent.objects.get()
        assert (event.user, event.message, event.rule) == (bob, message, "mentioned")

    def test_nothing_is_written_without_open_pages(self, room: Room, ana: User, clock: Any) -> None:
        clock.shift(timedelta(minutes=2))
        post(room, ana)
        assert not DesktopEvent.objects.exists()

    def test_who_is_not_to_be_notified_is_told_to_count_only(self, room: Room, ana: User, bob: User) -> None:
        chosen(room, bob, desktop="nothing")
        post(room, ana)
        assert DesktopEvent.objects.get().rule == ""
        assert contents_of_events(bob) == [None]

    def test_reading_a_room_lets_other_pages_count_anew(self, room: Room, bob: User) -> None:
        room_mark_read(user=bob, room=room)
        assert contents_of_events(bob) == [None]


class TestHowItIsShown:
    def test_a_rooms_message(self, room: Room, ana: User, bob: User) -> None:
        message = post(room, ana)
        assert contents_of_events(bob) == [
            {
                "message": message.public_id,
                "room": room.public_id,
                "title": "#ops",
                "text": "ana: Lunch is ready",
                "url": f"/channel/ops?msg={message.public_id}",
                "sound": "chime",
                "volume": 100,
                "stays": False,
                "seconds": 0,
                "mutesFocused": True,
            }
        ]

    def test_a_direct_message_is_titled_by_its_sender(self, ana: User, bob: User) -> None:
        message = post(direct_room(ana, bob), ana)
        (shown,) = contents_of_events(bob)
        assert shown is not None
        assert (shown["title"], shown["text"]) == ("ana", "Lunch is ready")
        assert shown["url"] == f"/direct/{message.room.public_id}?msg={message.public_id}"

    def test_by_the_accounts_and_the_rooms_preferences(self, room: Room, ana: User, bob: User) -> None:
        account_preferences_save(
            user=bob, require_interaction=True, sound_volume=40, new_message_sound="ding", mute_focused=False
        )
        post(room, ana)
        (shown,) = contents_of_events(bob)
        assert shown is not None
        assert (shown["stays"], shown["volume"], shown["sound"], shown["mutesFocused"]) == (True, 40, "ding", False)
        chosen(room, bob, sound="beep", desktop_duration=7)
        (shown,) = contents_of_events(bob)
        assert shown is not None
        assert (shown["sound"], shown["seconds"]) == ("beep", 7)

    @pytest.mark.parametrize(
        ("audio", "text", "sound"),
        [
            ("nothing", "@bob look", ""),
            ("mentions", "look", ""),
            ("mentions", "@bob look", "chime"),
            ("all", "look", "chime"),
        ],
    )
    def test_a_room_may_sound_for_less(
        self, room: Room, ana: User, bob: User, audio: str, text: str, sound: str
    ) -> None:
        chosen(room, bob, audio=audio)
        post(room, ana, text)
        (shown,) = contents_of_events(bob)
        assert shown is not None
        assert shown["sound"] == sound

    @pytest.mark.parametrize(("through", "sound"), [(False, ""), (True, "chime")])
    def test_quiet_hours_take_the_sound(self, room: Room, ana: User, bob: User, through: bool, sound: str) -> None:
        quiet_hours_save(user=bob, choice="own", hours="mon-sun 22:00-07:00", lets_mentions_through=through)
        post(room, ana, "@bob look")
        (shown,) = contents_of_events(bob)
        assert shown is not None
        assert shown["sound"] == sound

    def test_what_is_gone_or_read_meanwhile_is_not_shown(self, room: Room, ana: User, bob: User, clock: Any) -> None:
        first = post(room, ana)
        message_delete(deleter=ana, message=first)
        assert contents_of_events(bob) == [None]
        post(room, ana)
        clock.shift(1)
        room_mark_read(user=bob, room=room)
        assert contents_of_events(bob) == [None, None, None]

    def test_who_has_left_is_not_shown_anything(self, room: Room, ana: User, bob: User) -> None:
        post(room, ana)
        room_leave(user=bob, room=room)
        assert contents_of_events(bob) == [None]


class TestCounters:
    @pytest.fixture(autouse=True)
    def _unread(self, room: Room, ana: User, bob: User) -> None:
        post(direct_room(ana, bob), ana)
        post(room, ana, "@bob one")
        Subscription.objects.filter(room=room, user=bob).update(unread=5, user_mentions=2)

    @pytest.mark.parametrize(
        ("choices", "number"),
        [
            ({}, 6),
            ({"unread_alert": "nothing"}, 1),
            ({"unread_alert": "mentions"}, 3),
            ({"unread_hidden": True}, 3),
            ({"unread_hidden": True, "mentions_hidden": True}, 1),
        ],
    )
    def test_rooms_count_as_they_are_set_to(self, room: Room, bob: User, choices: dict[str, Any], number: int) -> None:
        if choices:
            chosen(room, bob, **choices)
        assert counters_of({bob.pk}) == {bob.pk: number}

    def test_nothing_counts_without_the_unread_alert(self, bob: User) -> None:
        account_preferences_save(user=bob, unread_alert=False)
        assert counters_of({bob.pk}) == {bob.pk: 0}


class TestResuming:
    def test_a_page_receives_what_came_after_its_last_event(
        self, room: Room, ana: User, bob: User, clock: time_machine.Coordinates
    ) -> None:
        for _time in range(3):
            post(room, ana)
            clock.shift(10)
        first, second, third = DesktopEvent.objects.values_list("pk", flat=True)
        assert missed_events({(bob.pk, first), (bob.pk, second), (ana.pk, first)}) == {
            (bob.pk, first): [second, third],
            (bob.pk, second): [third],
            (ana.pk, first): [],
        }

    def test_events_and_streams_are_kept_for_minutes(
        self, room: Room, ana: User, bob: User, clock: time_machine.Coordinates
    ) -> None:
        post(room, ana)
        events_prune(NOW)
        assert DesktopEvent.objects.count() == 1
        clock.shift(timedelta(minutes=11))
        events_prune(NOW)
        assert not DesktopEvent.objects.exists()
        events_prune(NOW)
        assert not DesktopStream.objects.exists()


class TestChanges:
    """What pages that are open already have to follow."""

    def changes(self, user: User) -> list[dict[str, Any]]:
        keys = DesktopEvent.objects.filter(user=user).order_by("pk").values_list("pk", flat=True)
        return [item.change for item in page_events(list(keys), timezone.now()) if item.change]

    def test_an_edit_and_a_deletion_are_told_at_once(self, room: Room, ana: User, bob: User) -> None:
        message = message_in(room, ana, "old")
        reply = message_in(room, ana, "in a thread", parent=message)
        message_edit(editor=ana, message=message, text="new")
        message_delete(deleter=ana, message=reply)
        edited, deleted = self.changes(bob)
        named = {"kind": "edited", "room": room.public_id, "message": message.public_id, "thread": ""}
        assert edited == {**named, "title": "#ops", "text": "ana: new"}
        assert (deleted["kind"], deleted["message"], deleted["thread"]) == (
            "deleted",
            reply.public_id,
            message.public_id,
        )
        assert self.changes(ana) == []

    def test_who_is_no_member_any_more_is_told_no_text(self, room: Room, ana: User, bob: User) -> None:
        message = message_in(room, ana, "old")
        message_edit(editor=ana, message=message, text="new")
        room_leave(user=bob, room=room)
        edited, left = self.changes(bob)
        assert "text" not in edited
        assert left == {"kind": "left", "room": room.public_id}

    def test_losing_a_private_room_a_deleted_room_and_the_account(self, room: Room, ana: User, bob: User) -> None:
        secret = RoomFactory(type=RoomType.PRIVATE, members=[ana, bob])
        member_remove(user=bob, room=secret)
        public_id = room.public_id
        room.delete()
        user_deactivate(user=bob, by=UserFactory(roles=("admin",), is_superuser=True))
        assert [(change["kind"], change["room"]) for change in self.changes(bob)] == [
            ("lost", secret.public_id),
            ("lost", public_id),
            ("deactivated", ""),
        ]

    def test_nothing_is_written_for_anybody_without_an_open_page(self, room: Room, ana: User) -> None:
        DesktopStream.objects.all().delete()
        message_edit(editor=ana, message=message_in(room, ana, "old"), text="new")
        assert not DesktopEvent.objects.exists()
