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


def output_of(capsys: pytest.CaptureFixture[str], message: Message, *options: str) -> str:
    call_command("explain", "--message", message.public_id, "--user", "Bob", *options)
    return capsys.readouterr().out


def test_prints_decision_reason_rules_and_history(message: Message, capsys: pytest.CaptureFixture[str]) -> None:
    lines = output_of(capsys, message, "--channel", "push").splitlines()
    assert lines[0] == "Push: to be sent (mentioned)"
    assert any("mentioned: decided; mentioned by name: yes [the message]" in line for line in lines)
    assert any("Queued for" in line for line in lines)


def test_all_channels_by_default(message: Message, capsys: pytest.CaptureFixture[str]) -> None:
    out = output_of(capsys, message)
    assert [line for line in out.splitlines() if line.startswith(("Desktop", "E-mail"))] == [
        "Desktop: not sent (no_client)",
        "E-mail: not sent (no_email)",
    ]


def test_json_output_matches_the_api(message: Message, capsys: pytest.CaptureFixture[str]) -> None:
    explanation = json.loads(output_of(capsys, message, "--channel", "email", "--json"))
    assert (explanation["username"], explanation["channels"][0]["code"]) == ("bob", "no_email")


def test_reports_an_unknown_message_or_user(message: Message) -> None:
    with pytest.raises(CommandError, match="no message"):
        call_command("explain", "--message", "x", "--user", "bob")
    with pytest.raises(CommandError, match="no user"):
        call_command("explain", "--message", message.public_id, "--user", "nobody")
