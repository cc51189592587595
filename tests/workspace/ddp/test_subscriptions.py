"""Subscriptions to streams."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from tests.factories import RoomFactory, UserFactory
from tests.workspace.ddp.conftest import CONNECT, Run, Socket, in_test
from workspace.ddp.handlers import current_handlers
from workspace.live.fanout import current_fanout
from workspace.models import Room, RoomType, User
from workspace.services.accounts import sign_ins_end
from workspace.services.messages import message_post
from workspace.services.presence import activity_report
from workspace.services.rooms import room_leave

pytestmark = pytest.mark.django_db

MESSAGES = "stream-room-messages"
NOT_ALLOWED = {
    "isClientSafe": True,
    "error": "not-allowed",
    "message": "[not-allowed]",
    "errorType": "Meteor.Error",
}


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


@pytest.fixture
def room(ana: User) -> Room:
    creator = UserFactory()
    return RoomFactory(type=RoomType.PRIVATE, creator=creator, members=[creator, ana])


async def post(room: Room, text: str) -> None:
    """Post a message, and deliver it."""
    await in_test(message_post, sender=room.creator, room=room, text=text)
    await current_fanout().read()


def test_a_subscriber_receives_messages(run: Run, ana: User, room: Room) -> None:
    async def test() -> None:
        socket = await Socket().start()
        await socket.sign_in(ana)
        answer = await socket.subscribe(MESSAGES, room.public_id, {"useCollection": False, "args": []}, key="s1")
        assert answer == {"msg": "ready", "subs": ["s1"]}
        await post(room, "Hello")
        changed = await socket.next()
        (message,) = changed["fields"].pop("args")
        assert changed == {
            "msg": "changed",
            "collection": MESSAGES,
            "id": "id",
            "fields": {"eventName": room.public_id},
        }
        assert (message["msg"], message["rid"]) == ("Hello", room.public_id)
        assert isinstance(message["ts"]["$date"], int)
        await socket.send(msg="unsub", id="s1")
        assert await socket.next() == {"msg": "nosub", "id": "s1"}
        await post(room, "Hello again")
        await socket.send(msg="ping")
        assert await socket.next() == {"msg": "pong"}
        await socket.disconnect()

    run(test)


def test_sockjs_clients_receive_the_same_events(run: Run, ana: User, room: Room) -> None:
    async def test() -> None:
        socket = await Socket().start()
        token = await socket.sign_in(ana)
        await socket.subscribe(MESSAGES, room.public_id)
        wrapped = Socket("/sockjs/1/abc/websocket")
        await wrapped.open()
        calls = [
            CONNECT,
            {"msg": "method", "method": "login", "params": [{"resume": token}], "id": "1"},
            {"msg": "sub", "name": MESSAGES, "params": [room.public_id], "id": "2"},
        ]
        await wrapped.send_text(json.dumps([json.dumps(call) for call in calls]))
        while "ready" not in await wrapped.next_text():
            pass
        await post(room, "Hello")
        text = await wrapped.next_text()
        assert text[0] == "a"
        assert json.loads(json.loads(text[1:])[0]) == await socket.next()
        await socket.disconnect()
        await wrapped.disconnect()

    run(test)


@pytest.mark.parametrize("options", [True, {"useCollection": True, "args": []}])
def test_old_clients_get_a_document_that_changes(run: Run, ana: User, options: Any) -> None:
    async def test() -> None:
        socket = await Socket().start()
        await socket.sign_in(ana)
        await socket.send(msg="sub", id="1", name=MESSAGES, params=["__my_messages__", options])
        assert await socket.next() == {
            "msg": "added",
            "collection": MESSAGES,
            "id": "id",
            "fields": {"eventName": "__my_messages__"},
        }
        assert await socket.next() == {"msg": "ready", "subs": ["1"]}
        await socket.disconnect()

    run(test)


@pytest.mark.parametrize(
    ("params", "error"),
    [
        ([], 400),
        ([5], 400),
        ([""], "invalid-event-name"),
        (["x" * 500], "invalid-params"),
        (["GENERAL"], "not-allowed"),
    ],
)
def test_a_subscription_to_something_impossible_is_rejected(run: Run, params: list[Any], error: Any) -> None:
    async def test() -> None:
        socket = await Socket().start()
        await socket.send(msg="sub", id="1", name=MESSAGES, params=params)
        answer = await socket.next()
        assert (answer["msg"], answer["id"], answer["error"]["error"]) == ("nosub", "1", error)
        await socket.disconnect()

    run(test)


def test_a_stranger_hears_nothing(run: Run, room: Room) -> None:
    stranger = UserFactory()

    async def test() -> None:
        socket = await Socket().start()
        for _signed_in in (False, True):
            answer = await socket.subscribe(MESSAGES, room.public_id)
            assert answer == {"msg": "nosub", "id": room.public_id, "error": NOT_ALLOWED}
            await socket.sign_in(stranger)
        await socket.disconnect()

    run(test)


def test_a_member_who_leaves_hears_nothing_more(run: Run, ana: User, room: Room) -> None:
    async def test() -> None:
        socket = await Socket().start()
        await socket.sign_in(ana)
        await socket.subscribe(MESSAGES, room.public_id, key="1")
        await socket.subscribe(MESSAGES, room.public_id, key="2")
        await in_test(room_leave, user=ana, room=room)
        await post(room, "Secret")
        dropped = [await socket.next() for _number in range(2)]
        assert dropped == [{"msg": "nosub", "id": key, "error": NOT_ALLOWED} for key in ("1", "2")]
        await socket.send(msg="ping")
        assert await socket.next() == {"msg": "pong"}
        await socket.disconnect()

    run(test)


def test_two_subscriptions_to_one_event_deliver_it_once_until_both_end(run: Run, ana: User, room: Room) -> None:
    async def test() -> None:
        socket = await Socket().start()
        await socket.sign_in(ana)
        for key in ("1", "2", "2"):
            await socket.send(msg="sub", id=key, name=MESSAGES, params=[room.public_id])
        assert [(await socket.next())["subs"] for _number in range(2)] == [["1"], ["2"]]
        await socket.send(msg="unsub", id="1")
        await socket.next()
        await post(room, "Hello")
        assert (await socket.next())["fields"]["args"][0]["msg"] == "Hello"
        await socket.send(msg="unsub", id="2")
        assert (await socket.next())["msg"] == "nosub"
        await post(room, "Hello again")
        await socket.send(msg="ping")
        assert await socket.next() == {"msg": "pong"}
        await socket.disconnect()

    run(test)


@pytest.mark.parametrize("is_wrapped", [True, False])
def test_a_client_watches_the_presence_of_others(run: Run, ana: User, is_wrapped: bool) -> None:
    bob = UserFactory(username="bob")
    options: dict[str, Any] = {"added": [bob.public_id]}

    async def test() -> None:
        socket = await Socket().start()
        await socket.sign_in(ana)
        given = {"useCollection": False, "args": [options]} if is_wrapped else options
        assert (await socket.subscribe("stream-user-presence", "", given, key="1"))["msg"] == "ready"
        other = await Socket().start()
        await other.sign_in(bob)
        await current_fanout().read()
        changed = await socket.next()
        assert (changed["collection"], changed["fields"]) == (
            "stream-user-presence",
            {"uid": bob.public_id, "eventName": bob.public_id, "args": [["bob", 1, ""]]},
        )
        await other.disconnect()
        await current_fanout().read()
        assert (await socket.next())["fields"]["args"] == [["bob", 0, ""]]
        await socket.disconnect()

    run(test)


def test_subscriptions_are_checked_again_after_a_sign_out(run: Run, ana: User, room: Room) -> None:
    async def test() -> None:
        socket = await Socket().start()
        await socket.sign_in(ana)
        await socket.subscribe(MESSAGES, room.public_id, key="1")
        await socket.send(msg="method", method="logout", params=[], id="2")
        assert (await socket.next())["msg"] == "removed"
        assert await socket.next() == {"msg": "nosub", "id": "1", "error": NOT_ALLOWED}
        assert await socket.next() == {"msg": "result", "id": "2"}
        await socket.next()
        await post(room, "Secret")
        await socket.sign_in(ana)
        await socket.subscribe(MESSAGES, room.public_id, key="1")
        await post(room, "Hello")
        assert (await socket.next())["fields"]["args"][0]["msg"] == "Hello"
        await socket.disconnect()

    run(test)


def test_the_client_learns_that_it_is_signed_out(run: Run, ana: User) -> None:
    event = f"{ana.public_id}/force_logout"

    async def test() -> None:
        socket = await Socket().start()
        await socket.sign_in(ana)
        await socket.subscribe("stream-notify-user", event)
        await in_test(sign_ins_end, user=ana)
        # The end is noticed in several ways, but reported once.
        for notice in (current_handlers().sockets.end_sign_ins, current_fanout().read, current_fanout().check):
            await notice()
        changed = await socket.next()
        assert (changed["collection"], changed["fields"]) == ("stream-notify-user", {"eventName": event, "args": []})
        closing = await socket.receive_output(5)
        assert (closing["type"], closing["code"], closing["reason"]) == ("websocket.close", 1008, "Signed out")
        await socket.disconnect()

    run(test)


def test_the_fan_out_forgets_a_closed_socket(run: Run, ana: User, room: Room) -> None:
    async def test() -> None:
        socket = await Socket().start()
        await socket.sign_in(ana)
        await socket.subscribe(MESSAGES, room.public_id)
        assert len(current_fanout().index.listeners()) == 1
        await socket.disconnect()
        assert current_fanout().index.listeners() == []
        assert current_handlers().sockets.all == set()

    run(test)


def test_the_fan_out_forgets_a_socket_that_closes_while_its_user_changes(run: Run, ana: User, room: Room) -> None:
    async def test() -> None:
        socket = await Socket().start()
        await socket.sign_in(ana)
        await socket.subscribe(MESSAGES, room.public_id, key="1")
        await socket.subscribe("stream-notify-all", "public-settings-changed", key="2")
        (session,) = current_handlers().sockets.all
        change = asyncio.create_task(current_handlers()._change_user(session, None))
        await asyncio.sleep(0)
        await socket.disconnect()
        await change
        assert current_fanout().index.listeners() == []

    run(test)


def test_clients_watch_the_presence_of_users(run: Run, ana: User) -> None:
    bob = UserFactory(username="bob")

    async def test() -> None:
        socket = await Socket().start()
        await socket.sign_in(ana)
        answer = await socket.subscribe("stream-user-presence", "", {"added": "bob"}, key="1")
        assert answer["error"]["error"] == "invalid-params"
        answer = await socket.subscribe("stream-user-presence", "", {"added": [bob.public_id]}, key="1")
        assert answer == {"msg": "ready", "subs": ["1"]}
        await in_test(activity_report, user=bob)
        await current_fanout().read()
        changed = await socket.next()
        assert changed["fields"] == {"uid": bob.public_id, "eventName": bob.public_id, "args": [["bob", 1, ""]]}
        await socket.disconnect()

    run(test)


def test_watched_users_remain_after_another_sign_in_on_the_socket(run: Run, ana: User) -> None:
    bob, cy = UserFactory(username="bob"), UserFactory(username="cy")

    async def test() -> None:
        socket = await Socket().start()
        await socket.sign_in(ana)
        await socket.subscribe("stream-user-presence", "", {"added": [bob.public_id]}, key="1")
        await socket.subscribe("stream-user-presence", "", {"added": [cy.public_id]}, key="2")
        await socket.sign_in(ana)
        for user in (bob, cy):
            await in_test(activity_report, user=user)
        await current_fanout().read()
        events = {(await socket.next())["fields"]["eventName"] for _number in range(2)}
        assert events == {bob.public_id, cy.public_id}
        await socket.disconnect()

    run(test)


def test_a_client_that_watches_too_many_users_is_refused(run: Run, ana: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workspace.live.presences.MAX_WATCHED", 1)
    users = [user.public_id for user in UserFactory.create_batch(2)]

    async def test() -> None:
        socket = await Socket().start()
        await socket.sign_in(ana)
        answer = await socket.subscribe("stream-user-presence", "", {"added": users}, key="1")
        assert answer["error"]["error"] == "error-too-many-subscriptions"
        # Unknown ids, such as those of deleted accounts, do not count.
        answer = await socket.subscribe("stream-user-presence", "", {"added": ["gone", users[0]]}, key="1")
        assert answer == {"msg": "ready", "subs": ["1"]}
        await socket.disconnect()

    run(test)


def test_a_stopping_server_closes_its_sockets(run: Run, ana: User) -> None:
    async def test() -> None:
        socket = await Socket().start()
        await socket.sign_in(ana)
        await socket.subscribe(MESSAGES, "__my_messages__")
        current_fanout().stop()
        assert await socket.closing() == (1012, "The server stops")
        await socket.disconnect()

    run(test)
