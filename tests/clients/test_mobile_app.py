"""The mobile app (4.72) from its launch to the sign-out: each call, and what the app reads of the answers."""

from __future__ import annotations

import secrets
from typing import Any

import pytest
import requests

from tests.clients.ddp import DdpError
from tests.clients.mobile import USER_AGENT, MobileApp, random_id
from tests.clients.mobile_settings import ABSENT, AFTER_SIGN_IN, BEFORE_SIGN_IN, types_of
from tests.clients.people import Person
from tests.fakes.gateway import FakeGateway, Received
from tests.fakes.installation import PASSWORD, Installation

pytestmark = pytest.mark.processes

APP_NAME = "chat.rocket.reactnative"
LONG_AGO = "2020-01-01T00:00:00.000Z"
# The stream-notify-user events of the app.
OWN_EVENTS = "message notification rooms-changed subscriptions-changed uiInteraction otr webrtc userData force_logout"


def test_replays_the_app_from_launch_to_sign_out(
    server: Installation, gateway: FakeGateway, people: dict[str, Person]
) -> None:
    ana, bob = people["ana"], people["bob"]
    with MobileApp(server.url) as app:
        choose_server(app)
        sign_in(app, bob)
        load_workspace(app, bob)
        load_rooms(app)
        subscribe_to_streams(app)
        hear_of_a_mention(app, ana)
        device = register_device(app)
        push = receive_push(app, gateway, ana, device)
        open_room_from_push(app, push, ana)
        reply_from_notification(app, push, ana)
        read_and_count_again(app, gateway, ana, device)
        change_room_preferences(app)
        change_own_preferences(app)
        change_presence_and_profile(app, ana)
        sign_out(app, gateway, ana, device)


def choose_server(app: MobileApp) -> None:
    """The app opens the socket, checks the version, and asks how people sign in."""
    app.socket.ping()
    info = app.request("GET", "/api/info").json()
    assert info["success"] is True
    major, minor = map(int, info["version"].split(".")[:2])
    # The app decides by the version what to call: 8.4 is the newest that it distinguishes.
    assert (major, minor) >= (8, 4)
    settings = app.settings(list(types_of(BEFORE_SIGN_IN)))
    check_types(settings, BEFORE_SIGN_IN)
    # Otherwise the app shows no form.
    assert settings["Accounts_ShowFormLogin"] is True
    assert settings["Site_Url"] == app.url
    assert app.get("settings.oauth")["services"] == []


def check_types(settings: dict[str, Any], expected: dict[type, str]) -> None:
    types = types_of(expected)
    assert settings.keys() == types.keys()
    assert {name: type(value) for name, value in settings.items()} == types


def sign_in(app: MobileApp, bob: Person) -> None:
    wrong = app.request("POST", "/api/v1/login", {"user": bob.username, "password": "wrong"})
    assert (wrong.status_code, wrong.json()["status"]) == (401, "error")
    app.sign_in(user=bob.username, password=PASSWORD)
    assert app.user_id == bob.id
    me = app.me
    assert (me["_id"], me["username"], me["name"], me["active"]) == (bob.id, bob.username, "Bob", True)
    assert me["emails"] == [{"address": f"{bob.username}@callboard.example", "verified": True}]
    assert me["roles"] == ["user"]
    assert {"status", "settings", "avatarUrl", "utcOffset"} <= me.keys()
    # At its next start, the app signs in with the token.
    token = app.token
    app.sign_in(resume=token)
    assert app.token == token
    assert app.get("me")["_id"] == bob.id


def load_workspace(app: MobileApp, bob: Person) -> None:
    settings = app.settings(list(types_of(AFTER_SIGN_IN)))
    check_types(settings, AFTER_SIGN_IN)
    assert [name for name in ABSENT.split() if settings[name]] == []
    permissions = app.get("permissions.listAll", updatedSince=LONG_AGO)
    assert permissions["remove"] == []
    by_id = {permission["_id"]: permission for permission in permissions["update"]}
    assert {"test-push-notifications", "mention-all", "mention-here", "view-statistics"} <= by_id.keys()
    assert all({"roles", "_updatedAt"} <= permission.keys() for permission in by_id.values())
    assert app.get("emoji-custom.list")["emojis"] == {"update": [], "remove": []}
    roles = app.get("roles.list")["roles"]
    assert {"admin", "user", "owner", "moderator", "leader"} <= {role["_id"] for role in roles}
    assert all({"_id", "name", "description", "scope"} <= role.keys() for role in roles)
    public = app.get("roles.getUsersInPublicRoles")["users"]
    assert "admin" in {user["username"] for user in public if "admin" in user["roles"]}
    assert app.get("commands.list")["commands"] == []
    (presence,) = app.get("users.presence", ids=app.user_id)["users"]
    assert (presence["_id"], presence["username"], presence["status"]) == (bob.id, bob.username, "online")
    assert app.get("users.info", userId=app.user_id)["user"]["username"] == bob.username
    keys = app.get("e2e.fetchMyKeys")
    assert not keys.get("public_key")
    for call in (app.socket.call, app.method):
        assert call("license:getModules") == []
        assert {"admin"} <= {role for user in call("getUserRoles") for role in user["roles"]}
        call("UserPresence:away")
        call("UserPresence:online")


def load_rooms(app: MobileApp) -> None:
    """The app joins both lists by the room's id."""
    rooms, subscriptions = app.get("rooms.get"), app.get("subscriptions.get")
    assert rooms["remove"] == subscriptions["remove"] == []
    by_id = {room["_id"]: room for room in rooms["update"]}
    (own,) = [row for row in subscriptions["update"] if row["rid"] == "GENERAL"]
    assert {"t", "name", "u", "usersCount", "ro", "_updatedAt"} <= by_id["GENERAL"].keys()
    assert (own["t"], own["name"], own["u"]["_id"], own["open"]) == ("c", "general", app.user_id, True)
    assert {"alert", "unread", "userMentions", "groupMentions", "ts", "_updatedAt"} <= own.keys()
    later = max(row["_updatedAt"] for row in subscriptions["update"])
    assert app.get("subscriptions.get", updatedSince=later)["remove"] == []


def subscribe_to_streams(app: MobileApp) -> None:
    for event in OWN_EVENTS.split():
        app.subscribe("stream-notify-user", f"{app.user_id}/{event}")
    for event in ("Users:NameChanged", "permissions-changed", "updateAvatar", "user-status"):
        app.subscribe("stream-notify-logged", event)
    app.subscribe("stream-notify-all", "public-settings-changed")
    app.subscribe("stream-roles", "roles")
    app.subscribe("stream-room-messages", "GENERAL")
    for event in ("user-activity", "deleteMessage", "deleteMessageBulk", "messagesRead"):
        app.subscribe("stream-notify-room", f"GENERAL/{event}")
    app.socket.unsubscribe(app.subscribe("stream-room-messages", "GENERAL"))
    with pytest.raises(DdpError, match="not-allowed"):
        app.subscribe("stream-notify-user", "someone-else/notification")


def hear_of_a_mention(app: MobileApp, ana: Person) -> None:
    """While the app is open, a banner shows the notification."""
    app.socket.subscribe("stream-user-presence", "", {"added": [ana.id]})
    message = ana.say(f"@{app.me['username']} hello")
    own = f"{app.user_id}/"
    (banner,) = app.socket.hear("stream-notify-user", own + "notification")
    assert banner["payload"]["_id"] == message["_id"]
    assert banner["payload"]["sender"]["username"] == ana.username
    assert {"rid", "type", "name", "message"} <= banner["payload"].keys()
    assert banner["text"].endswith("hello")
    changed = app.socket.hear("stream-notify-user", own + "subscriptions-changed", lambda args: args[1]["unread"] > 0)
    assert (changed[0], changed[1]["rid"], changed[1]["userMentions"]) == ("updated", "GENERAL", 1)
    assert app.socket.hear("stream-notify-user", own + "rooms-changed")[1]["_id"] == "GENERAL"
    assert app.socket.hear("stream-room-messages", "GENERAL")[0]["msg"] == message["msg"]
    app.socket.call("stream-notify-room", "GENERAL/user-activity", app.me["username"], ["user-typing"], {})
    assert app.socket.hear("stream-notify-room", "GENERAL/user-activity")[0] == app.me["username"]
    ana.post("chat.delete", roomId="GENERAL", msgId=message["_id"])
    assert app.socket.hear("stream-notify-room", "GENERAL/deleteMessage") == [{"_id": message["_id"]}]
    ana.post("users.setStatus", message="on stage", status="busy")
    presence = app.socket.hear("stream-user-presence", ana.id, lambda args: args[0][1] == 3)
    assert presence == [[ana.username, 3, "on stage"]]
    app.post("subscriptions.read", rid="GENERAL")
    app.socket.hear("stream-notify-user", own + "subscriptions-changed", lambda args: args[1]["unread"] == 0)


def register_device(app: MobileApp) -> str:
    device = secrets.token_hex(32)
    fields = {"type": "apn", "value": device, "appName": APP_NAME, "id": random_id()}
    result = app.post("push.token", **fields)["result"]
    assert (result["token"], result["appName"], result["userId"]) == ({"apn": device}, APP_NAME, app.user_id)
    again = app.post("push.token", **fields, voipToken="0f" * 32)["result"]
    assert again["_id"] == result["_id"]
    info = app.get("push.info")
    assert (info["pushGatewayEnabled"], info["defaultPushGateway"]) == (True, True)
    # Bob may not test pushes, and the app shows him why.
    assert app.refused("push.test")["error"]
    return device


def receive_push(app: MobileApp, gateway: FakeGateway, ana: Person, device: str) -> Received:
    """In the background, the app closes its socket, and messages arrive as pushes."""
    app.method("UserPresence:away")
    app.socket.close()
    message = ana.say(f"@{app.me['username']} the stage is yours")
    push = wait_for_push(gateway, device, message["_id"])
    options, payload = push.options, push.options["payload"]
    assert (options["title"], options["badge"], options["topic"]) == ("#general", 1, APP_NAME)
    # The app removes the name in front of the text.
    assert options["text"] == f"{ana.username}: {message['msg']}"
    assert options["apn"] == {"category": "MESSAGE"}
    assert payload["host"].rstrip("/") == app.url
    assert (payload["rid"], payload["type"], payload["name"]) == ("GENERAL", "c", "general")
    assert (payload["sender"]["_id"], payload["sender"]["username"]) == (ana.id, ana.username)
    return push


def wait_for_push(gateway: FakeGateway, device: str, message_id: str) -> Received:
    def of_message() -> list[Received]:
        return [one for one in gateway.received if (one.token, payload_id(one)) == (device, message_id)]

    gateway.wait(lambda _gateway: bool(of_message()))
    return of_message()[0]


def payload_id(push: Received) -> str:
    message_id: str = push.options["payload"].get("messageId", "")
    return message_id


def open_room_from_push(app: MobileApp, push: Received, ana: Person) -> None:
    payload = push.options["payload"]
    rid, message_id = payload["rid"], payload["messageId"]
    check_content(app.get("push.get", id=message_id), push)
    app.socket_open()
    app.sign_in(resume=app.token)
    assert app.get("subscriptions.getOne", roomId=rid)["subscription"]["unread"] == 1
    assert app.get("rooms.info", roomId=rid)["room"]["_id"] == rid
    assert app.get("channels.info", roomName=payload["name"])["channel"]["_id"] == rid
    history = app.get("channels.history", roomId=rid, count=50)["messages"]
    assert history[0]["_id"] == message_id
    assert {"_id", "rid", "msg", "ts", "u", "_updatedAt", "mentions", "urls"} <= history[0].keys()
    direct = app.post("im.create", username=ana.username)["room"]
    assert direct["_id"] == direct["rid"]
    assert app.get("im.history", roomId=direct["_id"], count=50)["messages"] == []
    assert app.get("chat.getMessage", msgId=message_id)["message"]["u"]["username"] == ana.username
    changes = app.get("chat.syncMessages", roomId=rid, lastUpdate=LONG_AGO)["result"]
    assert message_id in {message["_id"] for message in changes["updated"]}
    assert all({"_id", "_deletedAt"} <= message.keys() for message in changes["deleted"])
    app.post("channels.open", roomId=rid)
    app.post("subscriptions.unread", firstUnreadMessage={"_id": message_id})
    assert app.get("channels.roles", roomId=rid)["roles"][0]["roles"] == ["owner"]
    assert app.get("channels.counters", roomId=rid)["joined"] is True
    members = app.get("channels.members", roomId=rid, count=25, offset=0, filter="bob")["members"]
    assert app.me["username"] in {member["username"] for member in members}
    threads = app.get("chat.getThreadsList", rid=rid, count=50, offset=0)["threads"]
    assert message_id not in {thread["_id"] for thread in threads}
    picture = f"/avatar/{ana.username}?format=png&size=100&rc_token={app.token}&rc_uid={app.user_id}"
    answer = requests.get(app.url + picture, headers={"User-Agent": USER_AGENT}, timeout=30)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/png")
    for call in (app.socket.call, app.method):
        around = call("loadSurroundingMessages", {"_id": message_id, "rid": rid}, 50)
        assert message_id in {message["_id"] for message in around["messages"]}
        newest = around["messages"][-1]["ts"]
        assert call("loadNextMessages", rid, newest, 50)["messages"] == []
        assert call("getRoomByTypeAndName", "c", "general")["_id"] == rid


def check_content(body: dict[str, Any], push: Received) -> None:
    """The app on iOS decodes the answer strictly, and shows its title and text instead of those of the push."""
    notification = body["data"]["notification"]
    assert isinstance(notification["notId"], int)
    assert -(2**31) <= notification["notId"] < 2**31
    assert notification["notId"] == push.options["notId"]
    assert (notification["title"], notification["text"]) == (push.options["title"], push.options["text"])
    payload = notification["payload"]
    assert payload["host"] == push.options["payload"]["host"]
    assert (payload["type"], payload["notificationType"]) == ("c", "message")
    assert {"_id", "username"} <= payload["sender"].keys()
    assert body["data"]["message"]["_id"] == push.options["payload"]["messageId"]


def reply_from_notification(app: MobileApp, push: Received, ana: Person) -> None:
    """The reply is typed into the notification, and goes to the thread of the message."""
    rid, parent = push.options["payload"]["rid"], push.options["payload"]["messageId"]
    reply = {"_id": random_id(), "rid": rid, "msg": "on my way", "tmid": parent}
    sent = app.post("chat.sendMessage", message=reply)["message"]
    assert (sent["_id"], sent["tmid"]) == (reply["_id"], parent)
    replies = ana.get("chat.getThreadMessages", tmid=parent)["messages"]
    assert [message["msg"] for message in replies] == ["on my way"]
    for call in (app.socket.call, app.method):
        assert [message["_id"] for message in call("getThreadMessages", {"tmid": parent})] == [parent, reply["_id"]]
        call("readThreads", parent)
    thread = app.get("chat.getThreadsList", rid=rid)["threads"][0]
    assert (thread["_id"], thread["tcount"]) == (parent, 1)
    assert app.user_id in thread["replies"]


def read_and_count_again(app: MobileApp, gateway: FakeGateway, ana: Person, device: str) -> None:
    """The badge of a push counts what is unread on all devices."""
    app.post("subscriptions.read", rid="GENERAL")
    own = app.get("subscriptions.getOne", roomId="GENERAL")["subscription"]
    unread = [own[key] for key in ("open", "alert", "unread", "userMentions", "groupMentions")]
    assert unread == [True, False, 0, 0, 0]
    for badge in (1, 2):
        message = ana.say(f"@{app.me['username']} number {badge}")
        push = wait_for_push(gateway, device, message["_id"])
        assert push.options["badge"] == badge
        assert push.options["payload"]["messageId"] == message["_id"]
    app.post("subscriptions.read", rid="GENERAL", readThreads=True)
    message = ana.say(f"@{app.me['username']} once more")
    assert wait_for_push(gateway, device, message["_id"]).options["badge"] == 1


def change_room_preferences(app: MobileApp) -> None:
    """Each key is saved by itself, as a text."""
    values = {
        "disableNotifications": ("1", "0"),
        "muteGroupMentions": ("1", "0"),
        "hideUnreadStatus": ("1", "0"),
        "hideMentionStatus": ("1", "0"),
        "desktopNotifications": ("all", "mentions", "nothing", "default"),
        "mobilePushNotifications": ("all", "mentions", "nothing", "default"),
        "emailNotifications": ("all", "mentions", "nothing", "default"),
        "audioNotificationValue": ("none None", "beep Beep", "0 Default"),
        "desktopNotificationDuration": ("3", "0"),
    }
    for key, choices in values.items():
        for choice in choices:
            app.post("rooms.saveNotification", roomId="GENERAL", notifications={key: choice})
            own = app.get("subscriptions.getOne", roomId="GENERAL")["subscription"]
            if choice in ("1", "mentions"):
                assert own[key] == (choice if choice != "1" else True)


def change_own_preferences(app: MobileApp) -> None:
    values: dict[str, Any] = {
        "desktopNotifications": "mentions",
        "pushNotifications": "mentions",
        "emailNotificationMode": "nothing",
        "enableMobileRinging": False,
        "notifyCalendarEvents": False,
        "receiveLoginDetectionEmail": False,
        "alsoSendThreadToChannel": "always",
        "language": "de",
        "showMessageInMainThread": True,
        "idleTimeLimit": 120,
    }
    for key, value in values.items():
        user = app.post("users.setPreferences", userId=app.user_id, data={key: value})["user"]
        assert (user["_id"], user["settings"]["preferences"][key]) == (app.user_id, value)
    preferences = app.get("users.getPreferences", userId=app.user_id)["preferences"]
    assert {key: preferences[key] for key in values} == values


def change_presence_and_profile(app: MobileApp, ana: Person) -> None:
    app.post("users.setStatus", status="busy", message="on stage")
    (presence,) = ana.get("users.presence", ids=app.user_id)["users"]
    assert (presence["status"], presence["statusText"]) == ("busy", "on stage")
    for call, text in ((app.socket.call, "in the wings"), (app.method, "in the pit")):
        call("setUserStatus", "away", text)
        (presence,) = ana.get("users.presence", ids=app.user_id)["users"]
        assert (presence["status"], presence["statusText"]) == ("away", text)
    data = {"name": "Bob the Builder", "nickname": "Bobby", "bio": "Builds stages"}
    user = app.post("users.updateOwnBasicInfo", data=data)["user"]
    assert {key: user[key] for key in data} == data
    app.post("users.removeOtherTokens")
    assert app.get("me")["name"] == "Bob the Builder"


def sign_out(app: MobileApp, gateway: FakeGateway, ana: Person, device: str) -> None:
    app.delete("push.token", token=device)
    body = app.request("POST", "/api/v1/logout", {}).json()
    assert body["status"] == "success"
    app.socket.close()
    answer = app.request("GET", "/api/v1/me")
    assert (answer.status_code, answer.json()["status"]) == (401, "error")
    count = len([one for one in gateway.received if one.token == device])
    ana.say(f"@{app.me['username']} good night")
    assert len([one for one in gateway.received if one.token == device]) == count
