"""Clients that are written with `@rocket.chat/ddp-client` from npm, the package of the web client."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from hashlib import sha256

import pytest

from tests.clients.people import Person
from tests.clients.program import Program
from tests.fakes.installation import PASSWORD, Installation
from tests.waiting import wait_until

pytestmark = pytest.mark.processes

ROOM_MESSAGES, NOTIFY_USER = "room-messages", "notify-user"


@pytest.fixture
def program(start_program: Callable[..., Program]) -> Program:
    """A client that is connected."""
    program = start_program("ddp_client.js")
    assert program.do("connect") is True
    return program


def test_signs_in_with_a_password_and_with_tokens(program: Program, people: dict[str, Person]) -> None:
    bob = people["bob"]
    signed_in = program.do("signIn", bob.username, PASSWORD)
    assert signed_in["uid"] == bob.id
    assert program.do("resume", signed_in["token"]) == bob.id
    with pytest.raises(AssertionError, match="403"):
        program.do("signIn", bob.username, "wrong")
    with pytest.raises(AssertionError, match="403"):
        program.do("resume", "wrong")
    program.do("signOut")
    with pytest.raises(AssertionError, match="403"):
        program.do("resume", signed_in["token"])


def test_signs_in_with_a_personal_access_token(program: Program, people: dict[str, Person]) -> None:
    bob = people["bob"]
    headers = {**bob.headers, "x-2fa-method": "password", "x-2fa-code": sha256(PASSWORD.encode()).hexdigest()}
    name = {"tokenName": "bot", "bypassTwoFactor": True}
    answer = bob.server.post("/api/v1/users.generatePersonalAccessToken", json=name, headers=headers)
    assert program.do("resume", answer.json()["token"]) == bob.id


def test_calls_methods_and_the_api(program: Program, people: dict[str, Person]) -> None:
    ana, bob = people["ana"], people["bob"]
    program.do("resume", bob.token)
    rooms = program.do("call", "rooms/get", {"$date": 0})
    assert "GENERAL" in {room["_id"] for room in rooms["update"]}
    message_id = secrets.token_hex(9)[:17]
    sent = program.do("call", "sendMessage", {"_id": message_id, "rid": "GENERAL", "msg": "hello"})
    assert (sent["_id"], sent["u"]["username"]) == (message_id, bob.username)
    history = program.do("call", "loadHistory", "GENERAL", None, 5, None)
    assert history["messages"][0]["msg"] == "hello"
    with pytest.raises(AssertionError, match="Method 'sing' not found"):
        program.do("call", "sing")
    found = program.do("get", "/v1/users.info", {"username": ana.username})
    assert found["user"]["_id"] == ana.id
    posted = program.do("post", "/v1/chat.sendMessage", {"message": {"rid": "GENERAL", "msg": "over the API"}})
    assert posted["message"]["msg"] == "over the API"


def test_listens_and_stops_listening(program: Program, people: dict[str, Person]) -> None:
    ana, bob = people["ana"], people["bob"]
    program.do("resume", bob.token)
    program.do("listen", ROOM_MESSAGES, "GENERAL")
    program.do("listen", NOTIFY_USER, f"{bob.id}/notification")
    first = ana.say(f"@{bob.username} one")
    (heard,) = program.hear("GENERAL", lambda args: args[0]["_id"] == first["_id"])
    assert heard["mentions"][0]["username"] == bob.username
    program.hear(f"{bob.id}/notification", lambda args: args[0]["payload"]["_id"] == first["_id"])
    program.do("stopListening", "GENERAL")
    ana.say(f"@{bob.username} two")
    program.hear(f"{bob.id}/notification", lambda args: "two" in args[0]["text"])
    assert not [args for event, args in program.heard if event == "GENERAL" and args[0]["_id"] != first["_id"]]


def test_subscriptions_that_are_not_allowed_are_refused(program: Program, people: dict[str, Person]) -> None:
    ana, bob = people["ana"], people["bob"]
    group = ana.post("groups.create", name=f"backstage-{ana.username}")["group"]["_id"]
    with pytest.raises(AssertionError, match="not-allowed"):
        program.do("listen", ROOM_MESSAGES, group)
    program.do("resume", bob.token)
    with pytest.raises(AssertionError, match="not-allowed"):
        program.do("listen", ROOM_MESSAGES, group)
    with pytest.raises(AssertionError, match="not-allowed"):
        program.do("listen", NOTIFY_USER, f"{ana.id}/notification")


def test_resumes_after_a_restart_of_the_server(
    program: Program, server: Installation, people: dict[str, Person]
) -> None:
    ana, bob = people["ana"], people["bob"]
    program.do("resume", bob.token)
    program.do("listen", ROOM_MESSAGES, "GENERAL")
    program.do("listen", NOTIFY_USER, f"{bob.id}/notification")
    server.web_restart()
    program.hear("connection", lambda status: status == "disconnected")
    # The package signs in and subscribes again by itself, without a report.
    assert program.do("connect") is True
    assert program.do("call", "getRoomIdByNameOrId", "general") == "GENERAL"
    events = {"GENERAL", f"{bob.id}/notification"}

    def hears_again() -> bool:
        ana.say(f"@{bob.username} welcome back")
        return events <= {event for event, _value in program.heard}

    wait_until(hears_again)
