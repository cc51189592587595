"""Clients and bots that are written with `@rocket.chat/sdk` from npm."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from tests.clients.people import Person
from tests.clients.program import Program
from tests.fakes.installation import PASSWORD
from tests.waiting import wait_until

pytestmark = pytest.mark.processes

Start = Callable[..., Program]


@pytest.fixture
def program(start_program: Start, people: dict[str, Person]) -> Program:
    """Bob's client with version 1.0, which has signed in and subscribed to all that it can."""
    program, bob = start_program("sdk.js"), people["bob"]
    assert program.do("signIn", bob.username, PASSWORD) == {"socket": bob.id, "api": bob.id}
    program.do("subscribe", "GENERAL")
    return program


def answers_of(person: Person, bot: Person) -> list[str]:
    """Return what the bot has said in #general."""
    found = person.get("channels.history", roomId="GENERAL", count=20)["messages"]
    return [message["msg"] for message in found if message["u"]["_id"] == bot.id]


def milliseconds(time: str) -> int:
    """Return a time of the REST API as it is in events."""
    return round(datetime.fromisoformat(time).timestamp() * 1000)


def test_receives_the_notification_of_a_mention(program: Program, people: dict[str, Person]) -> None:
    ana, bob = people["ana"], people["bob"]
    message = ana.say(f"@{bob.username} the stage is yours")
    (event,) = program.hear(f"{bob.id}/notification", lambda args: args[0]["payload"]["_id"] == message["_id"])
    assert event["title"] == "#general"
    assert "the stage is yours" in event["text"]
    payload = event["payload"]
    assert (payload["rid"], payload["type"], payload["name"]) == ("GENERAL", "c", "general")
    assert payload["sender"] == {"_id": ana.id, "username": ana.username, "name": "Ana"}
    assert payload["message"]["msg"] == f"@{bob.username} the stage is yours"
    kind, subscription = program.hear(f"{bob.id}/subscriptions-changed", lambda args: args[1]["userMentions"] > 0)
    assert (kind, subscription["rid"], subscription["alert"]) == ("updated", "GENERAL", True)
    at = {"$date": milliseconds(message["ts"])}
    program.hear(f"{bob.id}/rooms-changed", lambda args: args[1].get("lm") == at)


def test_posts_edits_and_reacts(program: Program, people: dict[str, Person]) -> None:
    ana, bob = people["ana"], people["bob"]
    sent = program.do("say", "GENERAL", "good evening")
    heard = program.hear("message", lambda message: message["_id"] == sent["_id"])
    assert (heard["msg"], heard["u"]["username"]) == ("good evening", bob.username)
    # The package makes a date of the time.
    assert heard["ts"] == sent["ts"]
    assert program.do("edit", {**sent, "msg": "good night"})["success"]
    edited = program.hear("message", lambda message: message["msg"] == "good night")
    assert edited["editedBy"]["username"] == bob.username
    assert program.do("react", ":clap:", sent["_id"])["success"]
    assert ana.get("chat.getMessage", msgId=sent["_id"])["message"]["reactions"] == {
        ":clap:": {"usernames": [bob.username]}
    }
    ana.post("chat.react", emoji=":clap:", messageId=sent["_id"])
    ana_and_bob = {":clap:": {"usernames": [bob.username, ana.username]}}
    program.hear("message", lambda message: message.get("reactions") == ana_and_bob)


def test_hears_and_reports_who_types(program: Program, start_program: Start, people: dict[str, Person]) -> None:
    ana, bob = people["ana"], people["bob"]
    other = start_program("sdk.js")
    other.do("signIn", ana.username, PASSWORD)
    other.do("subscribe", "GENERAL")
    other.do("type", "GENERAL", ana.username, ["user-typing"])
    heard = program.hear("GENERAL/user-activity", lambda args: args[0] == ana.username)
    assert heard[:2] == [ana.username, ["user-typing"]]
    program.do("type", "GENERAL", bob.username, [])
    assert other.hear("GENERAL/user-activity", lambda args: args[0] == bob.username)[1] == []


def test_hears_of_deleted_messages(program: Program, people: dict[str, Person]) -> None:
    message = people["ana"].say("a slip of the tongue")
    people["ana"].post("chat.delete", roomId="GENERAL", msgId=message["_id"])
    assert program.hear("GENERAL/deleteMessage") == [{"_id": message["_id"]}]


def test_calls_methods_and_the_api(program: Program, people: dict[str, Person]) -> None:
    ana, bob = people["ana"], people["bob"]
    assert program.do("call", "getRoomIdByNameOrId", "general") == "GENERAL"
    assert program.do("userInfo", ana.username)["_id"] == ana.id
    assert {ana.username, bob.username} <= set(program.do("userNames"))
    assert program.do("channelInfo", {"roomName": "general"})["_id"] == "GENERAL"
    direct = program.do("direct", ana.username)
    assert sorted(direct["usernames"]) == sorted([ana.username, bob.username])
    program.do("say", direct["_id"], "between us")
    changes = program.do("history", direct["_id"], "2020-01-01T00:00:00.000Z")
    assert [message["msg"] for message in changes["updated"]] == ["between us"]
    assert program.do("get", "me", {})["username"] == bob.username
    with pytest.raises(AssertionError, match="error-room-not-found"):
        program.do("call", "getRoomById", "nowhere")


def test_a_bot_answers_a_mention(start_program: Start, people: dict[str, Person]) -> None:
    ana, bob = people["ana"], people["bob"]
    bot = start_program("bot.js")
    bot.do("start", bob.username, PASSWORD)
    before = answers_of(ana, bob)
    ana.say("nothing for the bot")
    ana.say(f"@{bob.username} what time is it?")
    wait_until(lambda: answers_of(ana, bob) == [f"Noted, {ana.username}.", *before])
    assert bot.hear("message", lambda message: message["msg"] == "nothing for the bot")


class TestVersionForBots:
    """Version 0.2, with the original of the web socket package that it uses a copy of."""

    @pytest.fixture
    def bot(self, start_program: Start, people: dict[str, Person]) -> Program:
        bob = people["bob"]
        bot = start_program("driver_bot.js", bob.username, PASSWORD)
        assert bot.do("start", ["general"]) == bob.id
        return bot

    def test_answers_a_mention(self, bot: Program, people: dict[str, Person]) -> None:
        ana, bob = people["ana"], people["bob"]
        question = ana.say(f"@{bob.username} are you there?")
        heard = bot.hear("message", lambda message: message["_id"] == question["_id"])
        assert heard["meta"] == {"roomParticipant": True, "roomType": "c", "roomName": "general"}
        answer = bot.hear("answer")
        assert answer["msg"] == f"Noted, {ana.username}."
        assert answers_of(ana, bob)[0] == answer["msg"]
        edited = f"@{bob.username} are you still there?"
        ana.post("chat.update", roomId="GENERAL", msgId=question["_id"], text=edited)
        assert bot.hear("message", lambda message: message["msg"] == edited)["editedAt"]

    def test_answers_in_direct_rooms(self, bot: Program, people: dict[str, Person]) -> None:
        ana, bob = people["ana"], people["bob"]
        direct = ana.post("im.create", username=bob.username)["room"]["_id"]
        ana.say(f"@{bob.username} in private", rid=direct)
        assert bot.hear("message", lambda message: message["rid"] == direct)["meta"]["roomType"] == "d"
        answer = f"Noted, {ana.username}."
        wait_until(lambda: ana.get("im.history", roomId=direct)["messages"][0]["msg"] == answer)

    def test_sends_edits_and_reacts(self, bot: Program, people: dict[str, Person]) -> None:
        ana = people["ana"]
        sent = bot.do("sendToRoom", "the curtain rises", "general")
        assert sent["rid"] == "GENERAL"
        bot.do("edit", {"_id": sent["_id"], "rid": "GENERAL", "msg": "the curtain falls"})
        bot.do("react", ":wave:", sent["_id"])
        message = ana.get("chat.getMessage", msgId=sent["_id"])["message"]
        assert (message["msg"], list(message["reactions"])) == ("the curtain falls", [":wave:"])
        assert bot.do("sendDirect", "between us", ana.username)["rid"] != "GENERAL"
        assert bot.do("roomId", "general") == "GENERAL"
        assert bot.do("roomName", "GENERAL") == "general"

    def test_uses_the_api(self, bot: Program, people: dict[str, Person]) -> None:
        ana, bob = people["ana"], people["bob"]
        assert bot.do("apiSignIn")["data"]["userId"] == bob.id
        assert bot.do("apiGet", "users.info", {"username": ana.username})["user"]["_id"] == ana.id
        body: dict[str, Any] = {"message": {"rid": "GENERAL", "msg": "over the API"}}
        assert bot.do("apiPost", "chat.sendMessage", body)["message"]["msg"] == "over the API"
        assert ana.username in bot.do("userNames")
        bot.do("apiSignOut")
        bot.do("stop")
