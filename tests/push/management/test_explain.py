"""manage.py explain"""

from __future__ import annotations

import json

import pytest
from django.core.management import CommandError, call_command

from push.services.fanout import pending_decide
from tests.factories import DeviceFactory, RoomFactory, UserFactory, message_in
from workspace.models import Message

pytestmark = pytest.mark.django_db


@pytest.fixture
def message() -> Message:
    bob = UserFactory(username="bob")
    DeviceFactory(user=bob)
    message = message_in(RoomFactory(members=[bob]), UserFactory(username="ana"), "@bob look")
    pending_decide()
    return message


def told(capsys: pytest.CaptureFixture[str], message: Message, *options: str) -> str:
    call_command("explain", "--message", message.public_id, "--user", "Bob", *options)
    return capsys.readouterr().out


def test_tells_verdict_reason_way_and_aftermath(message: Message, capsys: pytest.CaptureFixture[str]) -> None:
    lines = told(capsys, message, "--channel", "push").splitlines()
    assert lines[0] == "Push: to be sent (mentioned)"
    assert any("mentioned: decided; mentioned by name: yes [the message]" in line for line in lines)
    assert any("Queued for" in line for line in lines)


def test_all_channels_without_one_named(message: Message, capsys: pytest.CaptureFixture[str]) -> None:
    out = told(capsys, message)
    assert [line for line in out.splitlines() if line.startswith(("Desktop", "E-mail"))] == [
        "Desktop: not sent (no_client)",
        "E-mail: not sent (no_email)",
    ]


def test_answers_in_json_as_the_api_does(message: Message, capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(told(capsys, message, "--channel", "email", "--json"))
    assert (found["username"], found["channels"][0]["code"]) == ("bob", "no_email")


def test_says_what_it_does_not_find(message: Message) -> None:
    with pytest.raises(CommandError, match="no message"):
        call_command("explain", "--message", "x", "--user", "bob")
    with pytest.raises(CommandError, match="no user"):
        call_command("explain", "--message", message.public_id, "--user", "nobody")
