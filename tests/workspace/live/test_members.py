"""`subscriptions-changed` and `rooms-changed`: everything that changes a member's room list."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from preferences.services.accounts import account_preferences_save, highlight_words_set
from preferences.services.rooms import room_preferences_save, sender_ignore
from push.services.fanout import pending_decide
from tests.factories import RoomFactory, UserFactory, direct_room, message_in
from tests.workspace.live.conftest import Client, Live
from workspace.models import LiveEvent, Room, RoomType, Subscription, User
from workspace.services.messages import message_delete, message_edit
from workspace.services.reading import room_mark_read, room_mark_unread
from workspace.services.room_changes.settings import room_rename, room_type_change
from workspace.services.room_changes.shown import room_favorite
from workspace.services.room_changes.state import room_delete
from workspace.services.rooms import member_remove, members_add, room_show
from workspace.services.threads import thread_mark_read

SUBSCRIPTIONS, ROOMS = "subscriptions-changed", "rooms-changed"


def hear_both(live: Live, user: User) -> Client:
    return live.hear_own(user, SUBSCRIPTIONS, ROOMS)


def membership(room: Room, user: User) -> Subscription:
    return Subscription.objects.get(room=room, user=user)


def test_a_message_changes_the_room_and_the_alert_of_its_members(live: Live, room: Room, ana: User, bob: User) -> None:
    client, other = hear_both(live, bob), hear_both(live, UserFactory())
    message_in(room, ana)
    live.deliver_now()
    changed_room, changed_subscription = client.frames
    assert changed_room.event == f"{bob.public_id}/{ROOMS}"
    action, described = changed_room.args
    assert (action, described["_id"], described["msgs"]) == ("updated", room.public_id, 1)
    action, described = changed_subscription.args
    assert (action, described["rid"], described["alert"]) == ("updated", room.public_id, True)
    assert other.frames == []


def test_one_row_is_written_for_all_members(room: Room, ana: User) -> None:
    members_add(room=room, users=[UserFactory() for _number in range(5)])
    LiveEvent.objects.all().delete()
    message_in(room, ana)
    assert LiveEvent.objects.count() == 1


def test_counters_follow_when_the_worker_has_counted(live: Live, ana: User, bob: User) -> None:
    room = direct_room(ana, bob)
    client = live.hear_own(bob, SUBSCRIPTIONS)
    message_in(room, ana)
    live.deliver_now()
    client.take()
    pending_decide()
    live.deliver_now()
    assert [described["unread"] for _action, described in client.take()] == [1]


def test_mentions_change_the_counters_of_those_mentioned_only(live: Live, room: Room, ana: User, bob: User) -> None:
    client, other = live.hear_own(bob, SUBSCRIPTIONS), live.hear_own(ana, SUBSCRIPTIONS)
    message_in(room, ana, "@bob look")
    live.deliver_now()
    client.take(), other.take()
    pending_decide()
    live.deliver_now()
    assert [described["userMentions"] for _action, described in client.take()] == [1]
    assert other.take() == []


class TestChanges:
    """Each change of a member's subscription reaches the member's clients, and nobody else's."""

    @pytest.fixture
    def client(self, live: Live, room: Room, bob: User) -> Client:
        return live.hear_own(bob, SUBSCRIPTIONS)

    @pytest.fixture
    def other(self, live: Live, room: Room, ana: User) -> Client:
        return live.hear_own(ana, SUBSCRIPTIONS)

    def changed(self, live: Live, client: Client) -> list[dict[str, Any]]:
        live.deliver_now()
        taken = client.take()
        assert {action for action, _described in taken} <= {"updated"}
        return [described for _action, described in taken]

    def test_reading(self, live: Live, client: Client, other: Client, room: Room, ana: User, bob: User) -> None:
        message_in(room, ana)
        self.changed(live, client)
        self.changed(live, other)
        room_mark_read(user=bob, room=room)
        assert [described["alert"] for described in self.changed(live, client)] == [False]
        assert self.changed(live, other) == []
        room_mark_unread(user=bob, room=room)
        assert [described["alert"] for described in self.changed(live, client)] == [True]

    def test_reading_a_thread(self, live: Live, client: Client, room: Room, ana: User, bob: User) -> None:
        thread = message_in(room, bob, "first")
        reply = message_in(room, ana, "reply", parent=thread)
        assert self.changed(live, client)[-1]["tunread"] == [thread.public_id]
        message_edit(editor=ana, message=reply, text="@bob reply")
        assert self.changed(live, client)[-1]["tunreadUser"] == [thread.public_id]
        thread_mark_read(user=bob, thread=thread)
        assert self.changed(live, client)[-1]["tunread"] == []

    def test_hiding_and_favorites(self, live: Live, client: Client, room: Room, bob: User) -> None:
        Subscription.objects.filter(room=room).update(is_open=False)
        room_show(user=bob, room=room)
        assert [described["open"] for described in self.changed(live, client)] == [True]
        room_favorite(user=bob, room=room, is_favorite=True)
        assert [described["f"] for described in self.changed(live, client)] == [True]

    def test_preferences(self, live: Live, client: Client, other: Client, room: Room, ana: User, bob: User) -> None:
        room_preferences_save(subscription=membership(room, bob), push="nothing")
        assert [described["mobilePushNotifications"] for described in self.changed(live, client)] == ["nothing"]
        sender_ignore(subscription=membership(room, bob), sender=ana)
        assert [described["ignored"] for described in self.changed(live, client)] == [[ana.public_id]]
        account_preferences_save(user=bob, desktop="nothing")
        assert [described["desktopNotifications"] for described in self.changed(live, client)] == ["nothing"]
        highlight_words_set(user=bob, words=["deploy"])
        assert [described["userHighlights"] for described in self.changed(live, client)] == [["deploy"]]
        assert self.changed(live, other) == []

    def test_settings_of_the_room(self, live: Live, client: Client, room: Room, ana: User) -> None:
        Subscription.objects.filter(room=room, user=ana).update(is_owner=True)
        room_rename(editor=ana, room=room, name="support")
        assert {described["name"] for described in self.changed(live, client)} == {"support"}

    def test_deleted_messages(self, live: Live, client: Client, room: Room, ana: User) -> None:
        message = message_in(room, ana)
        self.changed(live, client)
        message_delete(deleter=ana, message=message)
        assert [described["alert"] for described in self.changed(live, client)] == [False]


class TestMembership:
    def test_joining(self, live: Live, room: Room, bob: User) -> None:
        new = UserFactory()
        client, member = hear_both(live, new), hear_both(live, bob)
        members_add(room=room, users=[new])
        live.deliver_now()
        assert [(frame.event.split("/")[1], frame.args[0]) for frame in client.frames] == [
            (ROOMS, "inserted"),
            (SUBSCRIPTIONS, "inserted"),
        ]
        assert client.frames[1].args[1]["rid"] == room.public_id
        assert [args[1]["usersCount"] for args in member.take(ROOMS)] == [3]

    def test_leaving(self, live: Live, room: Room, ana: User, bob: User) -> None:
        client = hear_both(live, bob)
        public_id = membership(room, bob).public_id
        member_remove(user=bob, room=room)
        message_in(room, ana)
        live.deliver_now()
        assert [frame.args for frame in client.frames] == [
            ["removed", {"_id": public_id, "rid": room.public_id, "u": {"_id": bob.public_id}}],
            ["removed", {"_id": room.public_id}],
        ]

    @pytest.mark.parametrize("is_row_deleted", [False, True])
    def test_deleting_the_room(self, live: Live, room: Room, ana: User, bob: User, is_row_deleted: bool) -> None:
        client = hear_both(live, bob)
        hearing_room = live.hear(Client(bob), "stream-room-messages", room.public_id)
        LiveEvent.objects.all().delete()
        if is_row_deleted:
            room.delete()
        else:
            Subscription.objects.filter(room=room, user=ana).update(is_owner=True)
            room_delete(deleter=UserFactory(is_superuser=True), room=room)
        assert LiveEvent.objects.filter(kind="members_removed").count() == 1
        live.deliver_now()
        assert {args[0] for args in client.take()} == {"removed"}
        assert hearing_room.dropped == [("stream-room-messages", room.public_id)]

    def test_a_channel_that_becomes_private_is_lost_to_visitors(self, live: Live, ana: User, bob: User) -> None:
        channel = RoomFactory(members=[ana])
        Subscription.objects.filter(room=channel, user=ana).update(is_owner=True)
        visitor = live.hear(Client(bob), "stream-room-messages", channel.public_id)
        room_type_change(editor=ana, room=channel, type=RoomType.PRIVATE)
        message_in(channel, ana, "now private")
        live.deliver_now()
        assert visitor.take() == []
        assert visitor.dropped == [("stream-room-messages", channel.public_id)]


def test_strangers_cannot_hear_the_changes_of_others(live: Live, ana: User, bob: User) -> None:
    events = [f"{bob.public_id}/{SUBSCRIPTIONS}", f"{bob.public_id}/notification", "nobody/rooms-changed"]
    for client in (Client(ana), Client()):
        errors = live.try_hear(client, "stream-notify-user", *events)
        assert [error.code for error in errors if error] == ["error-not-allowed"] * 3


def test_the_number_of_queries_does_not_depend_on_members(
    live: Live, room: Room, ana: User, django_assert_max_num_queries: Any
) -> None:
    users = [UserFactory() for _number in range(8)]
    members_add(room=room, users=users)
    for user in users:
        account_preferences_save(user=user, desktop="all")
        highlight_words_set(user=user, words=["deploy"])
        hear_both(live, user)
    live.deliver_now()
    message_in(room, ana, sent_at=timezone.now())
    with django_assert_max_num_queries(22):
        live.deliver_now()
