"""The API as the third-party client rocketchat_API uses it, over real HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group
from rocketchat_API.APIExceptions.RocketExceptions import (
    RocketApiException,
    RocketAuthenticationException,
    RocketBadStatusCodeException,
)
from rocketchat_API.rocketchat import RocketChat

from tests.factories import PASSWORD, UserFactory
from workspace.models import Room, Subscription, User
from workspace.permissions import ADMIN
from workspace.services.accounts import user_create
from workspace.services.messages import message_post
from workspace.services.roles import roles_ensure
from workspace.services.rooms import room_create

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.thorough, pytest.mark.any_database]


@pytest.fixture
def people() -> dict[str, User]:
    roles_ensure()
    ana = user_create(username="ana", password=PASSWORD, name="Ana", email="ana@example.org")
    room_create(creator=ana, name="general", public_id="GENERAL")
    return {"ana": ana, "bob": user_create(username="bob", password=PASSWORD)}


@pytest.fixture
def rocket(live_server: Any, people: dict[str, User]) -> RocketChat:
    return RocketChat("ana", PASSWORD, server_url=live_server.url)


def test_signs_in_by_name_and_by_address(live_server: Any, rocket: RocketChat, people: dict[str, User]) -> None:
    assert rocket.me()["_id"] == people["ana"].public_id
    by_address = RocketChat("ana@example.org", PASSWORD, server_url=live_server.url)
    assert by_address.me()["username"] == "ana"


def test_wrong_credentials_raise_its_own_error(live_server: Any, people: dict[str, User]) -> None:
    with pytest.raises(RocketAuthenticationException):
        RocketChat("ana", "wrong", server_url=live_server.url)


def test_reads_the_servers_version(live_server: Any, rocket: RocketChat) -> None:
    assert "info" in rocket.info()
    assert RocketChat(server_url=live_server.url).info()["version"] == "8.7"


def test_creates_rooms_and_adds_members(rocket: RocketChat, people: dict[str, User]) -> None:
    channel = rocket.channels_create("stage", readOnly=True)["channel"]
    assert channel["ro"] is True
    invited = rocket.channels_invite(room_id=channel["_id"], user_id=people["bob"].public_id)
    assert invited["channel"]["usersCount"] == 2
    assert rocket.dm_create("bob")["room"]["_id"] == rocket.dm_create("bob")["room"]["rid"]
    assert rocket.dm_create_multiple(["bob"])["success"]


@pytest.mark.parametrize("kind", ["channel", "group"])
def test_finds_rooms_with_their_members_and_leaves_them(rocket: RocketChat, people: dict[str, User], kind: str) -> None:
    def call(name: str, *args: Any, **kwargs: Any) -> Any:
        return getattr(rocket, f"{kind}s_{name}")(*args, **kwargs)

    by_name = {"channel": "channel", "group": "room_name"}[kind]
    made = [call("create", f"room-{number}")[kind] for number in range(4)]
    room = made[0]
    listed = call("list", count=3)
    assert not isinstance(listed, dict)
    assert {row["_id"] for row in made} <= {row["_id"] for row in listed}
    assert [row["name"] for row in call("list", sort='{"ts": -1}', max_count=1)] == ["room-3"]
    assert call("info", room_id=room["_id"])[kind] == call("info", **{by_name: "room-0"})[kind]
    call("invite", room["_id"], people["bob"].public_id)
    by_name = {"channel": "channel", "group": "group"}[kind]
    assert [row["username"] for row in call("members", **{by_name: "room-0"})] == ["ana", "bob"]
    assert [row["username"] for row in call("members", room_id=room["_id"], filter="bo", count=1)] == ["bob"]
    rocket.users_set_status("on stage", status="busy")
    here = call("members", room_id=room["_id"], status=["online", "busy"])
    assert [(row["username"], row["status"]) for row in here] == [("ana", "busy")]
    assert call("open", room["_id"])["success"]
    with pytest.raises(RocketApiException) as raised:
        call("leave", room["_id"])
    assert (raised.value.status_code, raised.value.error_type) == (400, "error-you-are-last-owner")
    Subscription.objects.filter(room__public_id=room["_id"]).update(is_owner=True)
    assert call("leave", room["_id"])[kind]["usersCount"] == 1


def test_lists_and_opens_direct_rooms(rocket: RocketChat) -> None:
    room = rocket.dm_create("bob")["room"]["_id"]
    assert [row["_id"] for row in rocket.dm_list()] == [room]
    assert [row["username"] for row in rocket.dm_members(room)] == ["ana", "bob"]
    assert rocket.dm_open(room)["success"]


def test_posts_messages(rocket: RocketChat) -> None:
    posted = rocket.chat_post_message("hello", channel="GENERAL")
    assert (posted["channel"], posted["message"]["msg"]) == ("GENERAL", "hello")
    assert rocket.chat_post_message(None, channel="GENERAL")["message"]["msg"] == ""
    answer = rocket.chat_post_message("me", room_id="GENERAL", tmid=posted["message"]["_id"])
    assert answer["message"]["tmid"] == posted["message"]["_id"]
    sent = rocket.chat_send_message({"rid": "GENERAL", "msg": "hi", "_id": "abcdefgh123456789"})
    assert sent["message"]["_id"] == "abcdefgh123456789"


def test_changes_and_deletes_messages(rocket: RocketChat) -> None:
    message_id = rocket.chat_post_message("helo", room_id="GENERAL")["message"]["_id"]
    changed = rocket.chat_update(room_id="GENERAL", msg_id=message_id, text="hello")
    assert (changed["message"]["msg"], changed["message"]["editedBy"]["username"]) == ("hello", "ana")
    assert rocket.chat_get_message(msg_id=message_id)["message"]["msg"] == "hello"
    assert rocket.chat_delete(room_id="GENERAL", msg_id=message_id)["_id"] == message_id
    with pytest.raises(RocketApiException) as raised:
        rocket.chat_get_message(msg_id=message_id)
    assert raised.value.error == f'No message found with the id of "{message_id}".'


def test_reads_threads_and_mentions_to_their_ends(rocket: RocketChat, people: dict[str, User]) -> None:
    room = Room.objects.get()
    thread = message_post(sender=people["ana"], room=room, text="who is in?")
    for number in range(60):
        message_post(sender=people["ana"], room=room, text=f"{number} @ana", parent=thread)
    replies = [message["msg"] for message in rocket.chat_get_thread_messages(thread_msg_id=thread.public_id)]
    assert replies == [f"{number} @ana" for number in range(60)]
    mentions = [message["msg"] for message in rocket.chat_get_mentioned_messages(room_id="GENERAL")]
    assert mentions == replies[::-1]


def test_reads_rooms(rocket: RocketChat, people: dict[str, User]) -> None:
    assert rocket.subscriptions_read("GENERAL")["success"]
    assert Subscription.objects.get(user=people["ana"]).last_seen_at is not None


def test_reads_who_may_do_what(rocket: RocketChat) -> None:
    result = {row["_id"]: row["roles"] for row in rocket.permissions_list_all()["update"]}
    assert result["mention-here"] == ["admin", "moderator", "owner", "user"]


def test_reads_the_statistics(rocket: RocketChat, people: dict[str, User]) -> None:
    people["ana"].groups.add(Group.objects.get(name=ADMIN))
    result = rocket.statistics(refresh=True)
    assert {"wizard", "uniqueId", "installedAt", "push", "pushQueue", "pushSecured"} <= result.keys()
    assert {"deploymentFingerprintHash", "deploymentFingerprintVerified"} <= result.keys()


def test_reads_peoples_accounts_to_their_end(rocket: RocketChat, people: dict[str, User]) -> None:
    UserFactory.create_batch(60)
    assert len({user["_id"] for user in rocket.users_list()}) == 62
    for name in ({"user_id": people["bob"].public_id}, {"username": "bob"}):
        assert rocket.users_info(**name)["user"]["username"] == "bob"
    own = rocket.users_info(email="ana@example.org", includeUserRooms=True)["user"]
    assert [room["rid"] for room in own["rooms"]] == ["GENERAL"]
    with pytest.raises(RocketApiException) as raised:
        rocket.users_info(username="nobody")
    assert raised.value.error == "User not found."


def test_creates_and_changes_accounts(live_server: Any, people: dict[str, User]) -> None:
    user_create(username="admin", password=PASSWORD, roles=["admin"])
    rocket = RocketChat("admin", PASSWORD, server_url=live_server.url)
    made = rocket.users_create("grace@example.org", "Grace", PASSWORD, "grace", verified=True)["user"]
    assert RocketChat("grace", PASSWORD, server_url=live_server.url).me()["_id"] == made["_id"]
    changed = rocket.users_update(made["_id"], name="Grace Hopper", password=PASSWORD[::-1])["user"]
    assert (changed["name"], changed["emails"][0]["verified"]) == ("Grace Hopper", True)
    assert RocketChat("grace", PASSWORD[::-1], server_url=live_server.url).me()["name"] == "Grace Hopper"
    assert rocket.users_set_active_status(made["_id"], False)["user"]["active"] is False
    with pytest.raises(RocketAuthenticationException):
        RocketChat("grace", PASSWORD[::-1], server_url=live_server.url)
    with pytest.raises(RocketApiException) as raised:
        rocket.users_create("ana@example.org", "Ana", PASSWORD, "ANA")
    assert raised.value.error_type == "error-field-unavailable"


def test_returns_the_status_of_an_account(rocket: RocketChat, people: dict[str, User]) -> None:
    assert rocket.users_set_status("on stage", status="busy")["success"]
    for name in ({"user_id": people["ana"].public_id}, {"username": "ana"}):
        presence = rocket.users_get_presence(**name)
        assert (presence["presence"], presence["connectionStatus"]) == ("busy", "online")
        assert presence["lastLogin"]


def test_failures_raise_its_own_errors(rocket: RocketChat) -> None:
    with pytest.raises(RocketApiException) as raised:
        rocket.chat_post_message("hello", channel="#nowhere")
    assert (raised.value.status_code, raised.value.error_type) == (400, "invalid-channel")


def test_signs_out(rocket: RocketChat) -> None:
    assert rocket.logout()["status"] == "success"
    with pytest.raises(RocketBadStatusCodeException) as raised:
        rocket.me()
    assert raised.value.status_code == 401


def test_marks_searches_and_synchronizes_messages(rocket: RocketChat, people: dict[str, User]) -> None:
    message = rocket.chat_post_message("Curtain up", room_id="GENERAL")["message"]
    mid, since = message["_id"], "2020-01-01T00:00:00.000Z"
    assert rocket.chat_react(mid)["success"]
    assert rocket.chat_get_message(mid)["message"]["reactions"] == {":smile:": {"usernames": ["ana"]}}
    assert rocket.chat_star_message(mid)["success"]
    assert [message["_id"] for message in rocket.chat_get_starred_messages("GENERAL")] == [mid]
    assert rocket.chat_unstar_message(mid)["success"]
    assert rocket.chat_pin_message(mid)["message"]["t"] == "message_pinned"
    assert [message["_id"] for message in rocket.chat_get_pinned_messages("GENERAL")] == [mid]
    assert rocket.chat_unpin_message(mid)["success"]
    assert rocket.chat_report_message(mid, "rude")["success"]
    assert [message["_id"] for message in rocket.chat_search("GENERAL", "curtain")] == [mid]
    reply = rocket.chat_send_message({"rid": "GENERAL", "msg": "a reply", "tmid": mid})["message"]["_id"]
    assert [message["_id"] for message in rocket.chat_get_threads_list("GENERAL")] == [mid]
    assert rocket.chat_sync_thread_list("GENERAL", since)["threads"]["update"][0]["_id"] == mid
    assert rocket.chat_sync_thread_messages(mid, since)["messages"]["update"][0]["_id"] == reply
    assert len(list(rocket.channels_history("GENERAL"))) == 3
    rocket.chat_delete("GENERAL", mid)
    assert [message["_id"] for message in rocket.chat_get_deleted_messages("GENERAL", since)] == [mid]
    changes = rocket.chat_sync_messages("GENERAL", since)["result"]
    assert [message["_id"] for message in changes["deleted"]] == [mid]
    assert list(rocket.chat_get_discussions("GENERAL")) == []
    with pytest.raises(RocketApiException):
        rocket.chat_get_message_read_receipts(reply)
