"""All that the documentation of `rocketchat_API` shows: every method of the client, against a running server."""

from __future__ import annotations

import gc
import inspect
import re
from pathlib import Path
from typing import Any

import pytest
import requests
from rocketchat_API.APIExceptions.RocketExceptions import RocketApiException, RocketBadStatusCodeException
from rocketchat_API.rocketchat import RocketChat

from tests.clients.people import Person, person_create
from tests.clients.rocketchat_api_absent import ABSENT, FILE
from tests.fakes.installation import PASSWORD, Installation

pytestmark = [
    pytest.mark.processes,
    # The client does not close the files that it uploads.
    pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"),
]

SINCE = "2020-01-01T00:00:00.000Z"
PICTURE = Path(__file__).parents[2] / "docs" / "images" / "preferences.webp"
# What all other methods use.
TRANSPORT = {"call_api_delete", "call_api_get", "call_api_post", "call_api_put"}


@pytest.fixture(scope="module")
def admin(server: Installation) -> RocketChat:
    return RocketChat("admin", PASSWORD, server_url=server.url)


@pytest.fixture
def rocket(server: Installation, people: dict[str, Person]) -> RocketChat:
    """Ana's client, which signs in with a token."""
    ana = people["ana"]
    return RocketChat(user_id=ana.id, auth_token=ana.token, server_url=server.url)


@pytest.fixture
def bob(people: dict[str, Person]) -> Person:
    return people["bob"]


@pytest.fixture(scope="module")
def number(people: dict[str, Person]) -> str:
    """A number for names that nobody else uses."""
    return people["ana"].username.removeprefix("ana")


def test_every_method_is_called_or_absent() -> None:
    methods = {name for name, _method in inspect.getmembers(RocketChat, inspect.isfunction) if name[0] != "_"}
    called = set(re.findall(r"\b(?:rocket|admin|admins|owner|other)\.(\w+)\(", Path(__file__).read_text()))
    assert methods - TRANSPORT - called == ABSENT.keys()


def test_the_first_steps_of_its_documentation(server: Installation, people: dict[str, Person]) -> None:
    rocket = RocketChat(people["ana"].username, PASSWORD, server_url=server.url)
    assert rocket.me()["_id"] == people["ana"].id
    assert "general" in [channel.get("name") for channel in rocket.channels_list()]
    posted = rocket.chat_post_message("good news everyone!", channel="GENERAL")
    assert posted["message"]["msg"] == "good news everyone!"
    assert len(list(rocket.channels_history("GENERAL", max_count=5))) <= 5
    assert rocket.info()["info"]["version"] == "8.7.0"
    assert RocketChat(server_url=server.url).info()["version"] == "8.7"
    assert rocket.logout()["status"] == "success"
    with pytest.raises(RocketBadStatusCodeException):
        rocket.me()
    rocket.login(f"{people['ana'].username}@callboard.example", PASSWORD)
    assert rocket.me()["username"] == people["ana"].username


def test_a_session_of_its_own_and_an_alias(server: Installation, admin: RocketChat) -> None:
    bot = person_create(server, "bot", roles=["user", "bot"])
    with requests.Session() as session:
        rocket = RocketChat(user_id=bot.id, auth_token=bot.token, server_url=server.url, session=session)
        message = rocket.chat_post_message("good news everyone!", channel="GENERAL", alias="Farnsworth")["message"]
        assert message["alias"] == "Farnsworth"


@pytest.mark.parametrize("kind", ["channel", "group"])
def test_channels_and_groups(rocket: RocketChat, bob: Person, kind: str, number: str) -> None:
    is_channel = kind == "channel"
    name, by_name = f"{kind}-{number}", {"room_name": f"{kind}-{number}"}
    if is_channel:
        room = rocket.channels_create(name)["channel"]["_id"]
        assert rocket.channels_info(channel=name)["channel"]["_id"] == room
        assert rocket.channels_invite(room, bob.id)["channel"]["usersCount"] == 2
        for answer in (
            *(rocket.channels_add_moderator(room, bob.id), rocket.channels_remove_moderator(room, bob.id)),
            *(rocket.channels_add_owner(room, bob.id), rocket.channels_remove_owner(room, bob.id)),
            *(rocket.channels_add_leader(room, bob.id), rocket.channels_remove_leader(room, bob.id)),
            *(rocket.channels_close(room), rocket.channels_open(room)),
        ):
            assert answer["success"]
        assert {row["username"] for row in rocket.channels_members(room_id=room)} >= {bob.username}
        assert rocket.channels_counters(**by_name)["members"] == 2
        assert [row["roles"] for row in rocket.channels_roles(**by_name)["roles"]] == [["owner"]]
        assert rocket.channels_moderators(room_id=room)["moderators"] == []
        assert rocket.channels_set_topic(room, "Lights")["topic"] == "Lights"
        assert rocket.channels_set_description(room, "All of it")["description"] == "All of it"
        assert rocket.channels_set_announcement(room, "Premiere")["announcement"] == "Premiere"
        assert rocket.channels_set_custom_fields(room, {"a": 1})["channel"]["customFields"] == {"a": 1}
        assert rocket.channels_set_read_only(room, True)["channel"]["ro"] is True
        assert rocket.channels_set_join_code(room, "s3cret")["channel"]["joinCodeRequired"] is True
        assert rocket.channels_rename(room, f"{name}b")["channel"]["name"] == f"{name}b"
        assert list(rocket.channels_files(room_id=room)) == []
        assert list(rocket.channels_get_all_user_mentions_by_channel(room)) == []
        assert room in {row["_id"] for row in rocket.channels_list_joined()}
        assert rocket.channels_online(room)["online"] == []
        assert rocket.channels_kick(room, bob.id)["success"]
        other = RocketChat(user_id=bob.id, auth_token=bob.token, server_url=bob.server.url)
        assert other.channels_join(room, "s3cret")["channel"]["usersCount"] == 2
        assert other.channels_leave(room)["channel"]["usersCount"] == 1
        assert rocket.channels_set_type(room, "p")["channel"]["t"] == "p"
        return
    room = rocket.groups_create(name)["group"]["_id"]
    assert rocket.groups_info(**by_name)["group"]["_id"] == room
    assert rocket.groups_invite(room, bob.id)["group"]["usersCount"] == 2
    for answer in (
        *(rocket.groups_add_moderator(room, bob.id), rocket.groups_remove_moderator(room, bob.id)),
        *(rocket.groups_add_owner(room, bob.id), rocket.groups_remove_owner(room, bob.id)),
        *(rocket.groups_add_leader(room, bob.id), rocket.groups_remove_leader(room, bob.id)),
        *(rocket.groups_close(room), rocket.groups_open(room)),
    ):
        assert answer["success"]
    assert {row["username"] for row in rocket.groups_members(group=name)} >= {bob.username}
    assert [row["roles"] for row in rocket.groups_roles(**by_name)["roles"]] == [["owner"]]
    assert rocket.groups_moderators(room_id=room)["moderators"] == []
    assert rocket.groups_set_topic(room, "Lights")["topic"] == "Lights"
    assert rocket.groups_set_description(room, "All of it")["description"] == "All of it"
    assert rocket.groups_set_announcement(room, "Premiere")["announcement"] == "Premiere"
    assert rocket.groups_set_custom_fields({"a": 1}, room_id=room)["group"]["customFields"] == {"a": 1}
    assert rocket.groups_set_read_only(room, True)["group"]["ro"] is True
    assert rocket.groups_rename(room, f"{name}b")["group"]["name"] == f"{name}b"
    assert list(rocket.groups_files(room_id=room)) == []
    assert len(list(rocket.groups_history(room))) >= 1
    assert room in {row["_id"] for row in rocket.groups_list()}
    assert rocket.groups_online(room)["online"] == []
    other = RocketChat(user_id=bob.id, auth_token=bob.token, server_url=bob.server.url)
    assert other.groups_leave(room)["group"]["usersCount"] == 1
    assert rocket.groups_invite(room, bob.id)["success"]
    assert rocket.groups_kick(room, bob.id)["success"]
    assert rocket.groups_set_type(room, "c")["group"]["t"] == "c"


def test_rooms_as_an_administrator(admin: RocketChat, number: str) -> None:
    channel = admin.channels_create(f"all-{number}")["channel"]["_id"]
    group = admin.groups_create(f"few-{number}")["group"]["_id"]
    assert admin.channels_add_all(channel)["channel"]["usersCount"] > 2
    assert admin.channels_set_default(channel, True)["channel"]["default"] is True
    assert {channel, group} <= {row["_id"] for row in admin.rooms_admin_rooms()}
    assert group in {row["_id"] for row in admin.groups_list_all()}
    assert admin.channels_archive(channel)["success"]
    assert admin.channels_unarchive(channel)["success"]
    assert admin.groups_archive(group)["success"]
    assert admin.groups_unarchive(group)["success"]
    assert admin.channels_delete(room_id=channel)["success"]
    assert admin.groups_delete(room_id=group)["success"]


def test_direct_rooms(rocket: RocketChat, admin: RocketChat, bob: Person) -> None:
    room = rocket.dm_create(bob.username)["room"]["_id"]
    assert rocket.dm_create_multiple([bob.username, "admin"])["room"]["_id"] != room
    rocket.chat_post_message("between us", room_id=room)
    assert [row["msg"] for row in rocket.dm_history(room)] == ["between us"]
    assert [row["msg"] for row in rocket.dm_messages(username=bob.username)] == ["between us"]
    assert bob.username in {row["username"] for row in rocket.dm_members(room)}
    assert rocket.dm_counters(room)["msgs"] == 1
    # Topics of direct rooms are set by those who may edit all rooms.
    with_admin = admin.dm_create(bob.username)["room"]["_id"]
    assert admin.dm_set_topic(with_admin, "Lunch")["topic"] == "Lunch"
    assert list(rocket.dm_files(room_id=room)) == []
    assert room in {row["_id"] for row in rocket.dm_list()}
    assert room in {row["_id"] for row in admin.dm_list_everyone()}
    assert rocket.dm_close(room)["success"]
    assert rocket.dm_open(room)["success"]
    # A setting of the administration allows administrators to read others' messages.
    with pytest.raises(RocketApiException, match="error-endpoint-disabled"):
        next(iter(admin.dm_messages_others(room)))
    assert admin.dm_delete(with_admin)["success"]


def test_messages(rocket: RocketChat, bob: Person) -> None:
    message = rocket.chat_send_message({"rid": "GENERAL", "msg": "Curtain up"})["message"]["_id"]
    assert rocket.chat_update("GENERAL", message, "Curtain down")["message"]["editedBy"]
    assert rocket.chat_get_message(message)["message"]["msg"] == "Curtain down"
    assert rocket.chat_react(message)["success"]
    assert rocket.chat_star_message(message)["success"]
    assert message in {row["_id"] for row in rocket.chat_get_starred_messages("GENERAL")}
    assert rocket.chat_unstar_message(message)["success"]
    assert rocket.chat_follow_message(message)["success"]
    assert rocket.chat_unfollow_message(message)["success"]
    assert rocket.chat_ignore_user("GENERAL", bob.id)["success"]
    assert rocket.chat_ignore_user("GENERAL", bob.id, ignore=False)["success"]
    reply = rocket.chat_post_message("And up again", room_id="GENERAL", tmid=message)["message"]["_id"]
    assert [row["_id"] for row in rocket.chat_get_thread_messages(message)] == [reply]
    assert message in {row["_id"] for row in rocket.chat_get_threads_list("GENERAL")}
    assert rocket.chat_sync_thread_list("GENERAL", SINCE)["threads"]["update"]
    assert [row["_id"] for row in rocket.chat_sync_thread_messages(message, SINCE)["messages"]["update"]] == [reply]
    assert message in {row["_id"] for row in rocket.chat_sync_messages("GENERAL", SINCE)["result"]["updated"]}
    assert message in {row["_id"] for row in rocket.chat_search("GENERAL", "curtain")}
    bob.say(f"@{rocket.me()['username']} well done")
    assert "well done" in next(iter(rocket.chat_get_mentioned_messages("GENERAL")))["msg"]
    assert list(rocket.chat_get_discussions("GENERAL")) == []
    with pytest.raises(RocketApiException, match="enterprise feature"):
        rocket.chat_get_message_read_receipts(message)
    assert rocket.chat_delete("GENERAL", message)["_id"] == message
    assert message in {row["_id"] for row in rocket.chat_get_deleted_messages("GENERAL", SINCE)}
    with pytest.raises(RocketApiException, match="No message found"):
        rocket.chat_get_message(message)


def test_pins_and_moderation(rocket: RocketChat, admin: RocketChat, bob: Person) -> None:
    reported = bob.say("something rude")["_id"]
    assert admin.chat_pin_message(reported)["message"]["t"] == "message_pinned"
    assert reported in {row["_id"] for row in admin.chat_get_pinned_messages("GENERAL")}
    assert admin.chat_unpin_message(reported)["success"]
    assert rocket.chat_report_message(reported, "rude")["success"]
    assert bob.id in {row["userId"] for row in admin.moderation_reports_by_users()}
    assert admin.moderation_user_reported_messages(bob.id)["messages"]
    (report,) = admin.moderation_reports(reported)
    assert admin.moderation_report_info(report["_id"])["report"]["description"] == "rude"
    assert admin.moderation_dismiss_reports(msg_id=reported)["success"]


def test_rooms_and_subscriptions(rocket: RocketChat) -> None:
    assert "GENERAL" in {row["_id"] for row in rocket.rooms_get()["update"]}
    assert rocket.rooms_info(room_name="general")["room"]["_id"] == "GENERAL"
    assert rocket.rooms_favorite(room_id="GENERAL", favorite=True)["success"]
    assert rocket.subscriptions_get_one("GENERAL")["subscription"]["f"] is True
    assert rocket.rooms_favorite(room_name="general", favorite=False)["success"]
    assert "GENERAL" in {row["rid"] for row in rocket.subscriptions_get()["update"]}
    assert rocket.subscriptions_read("GENERAL")["success"]
    assert rocket.subscriptions_unread("GENERAL")["success"]
    room = rocket.channels_create(f"left-{rocket.me()['username']}")["channel"]["_id"]
    with pytest.raises(RocketApiException, match="error-you-are-last-owner"):
        rocket.rooms_leave(room)
    name = rocket.me()["username"]
    assert name in {user["username"] for user in rocket.spotlight(name)["users"]}
    assert name in {user["username"] for user in rocket.directory({"type": "users", "text": name})}


def test_people(rocket: RocketChat, admin: RocketChat, bob: Person, number: str) -> None:
    assert bob.username in {user["username"] for user in rocket.users_list()}
    assert rocket.users_info(username=bob.username)["user"]["_id"] == bob.id
    assert rocket.users_get_presence(user_id=bob.id)["presence"] in ("online", "offline")
    assert rocket.users_set_status("on stage", status="busy")["success"]
    assert rocket.users_get_preferences()["preferences"]["pushNotifications"]
    own = rocket.users_set_preferences(rocket.me()["_id"], {"pushNotifications": "all"})["user"]
    assert own["settings"]["preferences"]["pushNotifications"] == "all"
    assert rocket.users_set_avatar(str(PICTURE))["success"]
    assert rocket.users_get_avatar(username=bob.username)
    assert rocket.users_reset_avatar(user_id=rocket.me()["_id"])["success"]
    assert rocket.users_forgot_password(f"{bob.username}@callboard.example")["success"]
    about = (f"grace{number}@callboard.example", "Grace", PASSWORD, f"grace{number}")
    made = admin.users_create(*about)["user"]["_id"]
    assert admin.users_update(made, name="Grace Hopper")["user"]["name"] == "Grace Hopper"
    assert admin.users_set_active_status(made, False)["user"]["active"] is False
    assert admin.users_delete(made)["success"]
    # Registration, and tokens for others, are off unless an administrator turns them on.
    with pytest.raises(RocketApiException, match="disabled"):
        RocketChat(server_url=rocket.server_url).users_register(*about)
    with pytest.raises(RocketApiException, match="error-not-authorized"):
        admin.users_create_token(bob.id, "secret")
    admin.settings_update("Accounts_RegistrationForm", "Public")
    other = RocketChat(server_url=rocket.server_url)
    assert other.users_register(*about)["user"]["username"] == f"grace{number}"
    admin.settings_update("Accounts_RegistrationForm", "Disabled")


def test_roles_and_permissions(rocket: RocketChat, admin: RocketChat, bob: Person, number: str) -> None:
    role = admin.roles_create(f"crew{number}", description="Stage crew")["role"]["_id"]
    assert role in {row["_id"] for row in rocket.roles_list()["roles"]}
    assert role in {row["_id"] for row in admin.roles_sync(SINCE)["roles"]["update"]}
    assert admin.roles_add_user_to_role(role, bob.username)["success"]
    assert [row["_id"] for row in admin.roles_get_users_in_role(role)] == [bob.id]
    assert admin.roles_remove_user_from_role(role, bob.username)["success"]
    assert "admin" in {row["username"] for row in rocket.roles_get_users_in_public_roles()["users"]}
    assert admin.roles_delete(role)["success"]
    before = {row["_id"]: row["roles"] for row in rocket.permissions_list_all()["update"]}
    answer = admin.permissions_update([{"_id": "mention-all", "roles": before["mention-all"]}])
    assert {row["_id"]: row["roles"] for row in answer["permissions"]} == before


def test_settings_statistics_and_licences(rocket: RocketChat, admin: RocketChat) -> None:
    assert "Site_Name" in {row["_id"] for row in admin.settings()}
    assert "Site_Name" in {row["_id"] for row in rocket.settings_public()}
    assert admin.settings_update("Push_show_message", True)["success"]
    assert admin.settings_get("Push_show_message")["value"] is True
    assert {"wizard", "uniqueId", "installedAt", "deploymentFingerprintHash"} <= admin.statistics().keys()
    assert next(iter(admin.statistics_list()))["uniqueId"]
    assert admin.licenses_info()["license"]["activeModules"] == []
    assert admin.licenses_max_active_users()["activeUsers"] > 0
    assert rocket.service_configurations()["configurations"] == []
    assert rocket.banners("web")["banners"] == rocket.banners_get_by_id("none", "web")["banners"] == []
    with pytest.raises(RocketApiException, match="Banner not found"):
        rocket.banners_dismiss("none")
    assert rocket.custom_emoji_list()["emojis"] == {"update": [], "remove": []}
    for empty in (rocket.custom_emoji_all(), rocket.custom_sounds_list(), rocket.custom_user_status_list()):
        assert list(empty) == []


def test_integrations(admin: RocketChat, number: str) -> None:
    kind = "webhook-incoming"
    made = admin.integrations_create(kind, f"hook{number}", True, "admin", "#general", False)["integration"]
    assert admin.integrations_get(made["_id"])["integration"]["name"] == f"hook{number}"
    assert made["_id"] in {row["_id"] for row in admin.integrations_list()}
    assert list(admin.integrations_history(made["_id"])) == []
    arguments = (kind, f"hooked{number}", True, "admin", "#general", False, made["_id"])
    assert admin.integrations_update(*arguments)["integration"]["name"] == f"hooked{number}"
    assert admin.integrations_remove(kind, made["_id"])["success"]


@pytest.mark.parametrize("name", sorted(ABSENT))
def test_what_does_not_exist_here_is_answered_so(admin: RocketChat, name: str) -> None:
    arguments: dict[str, Any] = ABSENT[name]
    with pytest.raises(RocketApiException) as raised:
        getattr(admin, name)(**arguments)
    assert (raised.value.status_code, raised.value.error_type) == (404, "error-endpoint-not-found")
    if FILE in arguments.values():
        # Close the file that the client has opened, while the warning about that is ignored.
        del raised
        gc.collect()
