"""`stream-room-messages`: messages of a room, from the service that posts them to its listeners."""

from __future__ import annotations

import json
from typing import Any

from tests.factories import RoomFactory, UserFactory, direct_room, message_in
from tests.workspace.live.conftest import Client, Live
from workspace.errors import ApplicationError, NotAllowedError
from workspace.models import Room, User
from workspace.services.message_marks.reactions import reaction_set
from workspace.services.message_marks.stars import star_set
from workspace.services.messages import message_delete, message_edit
from workspace.services.rooms import member_remove, members_add

STREAM = "stream-room-messages"


def test_a_new_message_is_delivered_as_the_api_shows_it(live: Live, room: Room, ana: User, bob: User) -> None:
    client = live.hear(Client(bob), STREAM, room.public_id)
    message = message_in(room, ana, "@bob look")
    live.deliver_now()
    (frame,) = client.frames
    (described,) = frame.args
    assert described["_id"] == message.public_id
    assert described["msg"] == "@bob look"
    assert described["mentions"] == [{"_id": bob.public_id, "username": "bob", "name": "Bob", "type": "user"}]
    assert described["ts"] == {"$date": int(message.sent_at.timestamp() * 1000)}
    assert "alias" not in described
    assert json.loads(frame.text) == {
        "msg": "changed",
        "collection": STREAM,
        "id": "id",
        "fields": {"eventName": room.public_id, "args": [described]},
    }


def test_all_listeners_receive_the_same_object(live: Live, room: Room, ana: User, bob: User) -> None:
    clients = [live.hear(Client(user), STREAM, room.public_id) for user in (ana, bob, bob)]
    message_in(room, ana)
    live.deliver_now()
    assert len({id(client.frames[0]) for client in clients}) == 1


def test_an_edit_is_delivered_with_the_new_text(live: Live, room: Room, ana: User, bob: User) -> None:
    message = message_in(room, ana, "before")
    client = live.hear(Client(bob), STREAM, room.public_id)
    message_edit(editor=ana, message=message, text="after")
    live.deliver_now()
    ((described,),) = client.take()
    assert (described["msg"], described["editedBy"]["username"]) == ("after", "ana")


def test_nothing_is_delivered_twice_or_from_before_the_subscription(live: Live, room: Room, ana: User) -> None:
    message_in(room, ana, "before")
    client = live.hear(Client(ana), STREAM, room.public_id, room.public_id)
    message_in(room, ana, "now")
    live.deliver_now()
    live.deliver_now()
    assert [described["msg"] for (described,) in client.take()] == ["now"]


def test_a_message_that_was_deleted_meanwhile_is_not_delivered(live: Live, room: Room, ana: User) -> None:
    client = live.hear(Client(ana), STREAM, room.public_id)
    message_delete(deleter=ana, message=message_in(room, ana))
    live.deliver_now()
    assert client.take() == []


class TestPermission:
    def test_strangers_are_refused(self, live: Live, room: Room, ana: User) -> None:
        direct = direct_room(ana, UserFactory())
        for client in (Client(UserFactory()), Client()):
            errors = live.try_hear(client, STREAM, room.public_id, direct.public_id, "nowhere")
            assert [type(error) for error in errors] == [NotAllowedError] * 3

    def test_visitors_may_hear_channels(self, live: Live, ana: User) -> None:
        channel = RoomFactory(members=[ana])
        client = live.hear(Client(UserFactory()), STREAM, channel.public_id)
        message_in(channel, ana)
        live.deliver_now()
        assert len(client.take()) == 1
        without_role = Client(UserFactory(roles=()))
        assert live.try_hear(without_role, STREAM, channel.public_id) != [None]

    def test_a_removed_member_hears_nothing_more(self, live: Live, room: Room, ana: User, bob: User) -> None:
        removed, stays = live.hear(Client(bob), STREAM, room.public_id), live.hear(Client(ana), STREAM, room.public_id)
        member_remove(user=bob, room=room)
        message_in(room, ana, "secret")
        live.deliver_now()
        assert removed.take() == []
        assert removed.dropped == [(STREAM, room.public_id)]
        assert [described["msg"] for (described,) in stays.take()] == ["bob", "secret"]

    def test_unknown_streams_and_impossible_events_are_refused(self, live: Live, ana: User) -> None:
        errors = [*live.try_hear(Client(ana), "stream-x", "y"), *live.try_hear(Client(ana), STREAM, "x" * 201)]
        assert [error.code for error in errors if isinstance(error, ApplicationError)] == [
            "error-subscription-not-found",
            "invalid-params",
        ]


def test_reactions_pins_and_replies_are_delivered_but_nobodys_stars(
    live: Live, room: Room, ana: User, bob: User
) -> None:
    message = message_in(room, ana, "hello")
    client = live.hear(Client(bob), STREAM, room.public_id)
    reaction_set(user=ana, message=message, emoji=":smile:")
    star_set(user=ana, message=message, is_starred=True)
    live.deliver_now()
    (described,) = client.take()[-1]
    assert described["reactions"] == {":smile:": {"usernames": ["ana"]}}
    assert "starred" not in described
    message_in(room, bob, "a reply", parent=message)
    live.deliver_now()
    threads = [described for (described,) in client.take() if described["_id"] == message.public_id]
    assert threads[-1]["tcount"] == 1


class TestMyMessages:
    """Bots hear all rooms that they may read, with one subscription."""

    def hear(self, live: Live, user: User) -> Client:
        return live.hear(Client(user), STREAM, "__my_messages__")

    def test_members_hear_their_rooms(self, live: Live, room: Room, ana: User, bob: User) -> None:
        bot, stranger = self.hear(live, bob), self.hear(live, UserFactory())
        message_in(room, ana, "private")
        live.deliver_now()
        ((described, about),) = bot.take()
        assert described["msg"] == "private"
        assert about == {"roomParticipant": True, "roomType": "p", "roomName": "ops"}
        assert stranger.take() == []

    def test_direct_rooms_have_no_name(self, live: Live, ana: User, bob: User) -> None:
        bot = self.hear(live, bob)
        message_in(direct_room(ana, bob), ana)
        live.deliver_now()
        assert [about for _described, about in bot.take()] == [{"roomParticipant": True, "roomType": "d"}]

    def test_visitors_hear_channels(self, live: Live, ana: User, bob: User) -> None:
        visitor, without_role = self.hear(live, bob), self.hear(live, UserFactory(roles=()))
        message_in(RoomFactory(name="town", members=[ana]), ana)
        live.deliver_now()
        assert [about["roomParticipant"] for _described, about in visitor.take()] == [False]
        assert without_role.take() == []

    def test_a_removed_member_hears_nothing_more(self, live: Live, room: Room, ana: User, bob: User) -> None:
        bot = self.hear(live, bob)
        member_remove(user=bob, room=room)
        message_in(room, ana)
        live.deliver_now()
        assert bot.take() == []

    def test_the_number_of_queries_does_not_depend_on_listeners(
        self, live: Live, room: Room, ana: User, django_assert_max_num_queries: Any
    ) -> None:
        users = [UserFactory() for _number in range(10)]
        members_add(room=room, users=users)
        for user in users:
            self.hear(live, user)
            live.hear(Client(user), STREAM, room.public_id)
        message_in(room, ana)
        with django_assert_max_num_queries(16):
            live.deliver_now()
