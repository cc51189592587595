"""manage.py checkpush"""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from cloud.models import OwnQuota
from cloud.selectors.quota import month_of
from push.management.commands.checkpush import Command
from push.models import Device
from push.sending.dispatching import due_dispatch
from push.worker.heartbeat import Heartbeat
from tests.factories import DeviceFactory, UserFactory
from tests.fakes.gateway import FakeGateway, Reply
from tests.keys import service_account_json
from tests.push.conftest import gateway_connect, settings_change

pytestmark = pytest.mark.django_db


def checked(capsys: pytest.CaptureFixture[str], *options: str, command: Command | None = None) -> tuple[int, str]:
    """Return the exit code and the output."""
    try:
        call_command(command or "checkpush", *options)
    except SystemExit as end:
        return int(str(end.code)), capsys.readouterr().out
    return 0, capsys.readouterr().out


@pytest.fixture
def working(gateway: FakeGateway) -> FakeGateway:
    Heartbeat().beat()
    DeviceFactory(user=UserFactory(username="bob"))
    OwnQuota.objects.create(month=month_of(), used=0, limit=100)
    # A probe has no device token.
    gateway.script("", *[Reply(400)] * 3)
    return gateway


def test_a_working_installation(working: FakeGateway, capsys: pytest.CaptureFixture[str]) -> None:
    code, text = checked(capsys)
    assert code == 0
    assert "      ok  Worker: 1 worker running." in text
    assert "      ok  Gateway reachable: " in text
    assert "(all apps)." in text
    assert text.endswith("Pushes can work.\n")
    assert "Mail server" not in text


def test_a_new_installation_shows_what_to_do(capsys: pytest.CaptureFixture[str], settings: Any) -> None:
    code, text = checked(capsys)
    assert code == 1
    assert "  failed  Worker: No worker is running, so nothing is sent. Start “manage.py runworker”." in text
    assert f"          → Connectivity services: {settings.SITE_URL}/admin/connectivity/" in text


@pytest.mark.parametrize("change", [{"enable": False}, {"gateway": "http://127.0.0.1:9"}], ids=str)
def test_what_prevents_pushes(working: FakeGateway, change: Any, capsys: pytest.CaptureFixture[str]) -> None:
    settings_change(**change)
    assert checked(capsys)[0] == 1


def test_a_second_gateway_that_is_down_is_a_warning(working: FakeGateway, capsys: pytest.CaptureFixture[str]) -> None:
    gateway_connect(working.address, "http://127.0.0.1:9")
    code, text = checked(capsys)
    assert (code, " warning  Gateway reachable: http://127.0.0.1:9 cannot be reached" in text) == (0, True)


def test_keys_that_no_device_needs_are_a_warning(capsys: pytest.CaptureFixture[str]) -> None:
    Heartbeat().beat()
    DeviceFactory(type="gcm")
    settings_change(enable_gateway=False, google_api_credentials=service_account_json())
    code, text = checked(capsys)
    assert (code, " warning  Apple credentials: " in text) == (0, True)
    DeviceFactory(type="apn")
    assert checked(capsys)[0] == 1


def test_json(working: FakeGateway, capsys: pytest.CaptureFixture[str]) -> None:
    settings_change(enable=False)
    code, text = checked(capsys, "--json")
    document = json.loads(text)
    assert (code, document["works"]) == (1, False)
    (push,) = (check for check in document["checks"] if check["title"] == "Push")
    assert (push["status"], push["sentence"]) == ("failed", "Disabled. No pushes are sent.")
    assert push["url"].endswith("/admin/settings/push/#Push_enable")


class Dispatching(Command):
    """Sends what is due instead of waiting for a worker."""

    wait = staticmethod(lambda _seconds: due_dispatch())  # type: ignore[assignment]


def test_a_test_push_is_followed_to_its_outcome(working: FakeGateway, capsys: pytest.CaptureFixture[str]) -> None:
    code, text = checked(capsys, "--send", "Bob", command=Dispatching())
    assert (code, "accepted  Test push to " in text) == (0, True)
    assert working.received[-1].options["text"] == "This is a test push message"


def test_a_refused_test_push_fails(working: FakeGateway, capsys: pytest.CaptureFixture[str]) -> None:
    working.script(Device.objects.get().token, Reply(422))
    code, text = checked(capsys, "--json", "--send", "bob", command=Dispatching())
    assert code == 1
    assert json.loads(text)["test"]["devices"][0]["state"] == "refused"


def test_a_user_without_devices(working: FakeGateway, capsys: pytest.CaptureFixture[str]) -> None:
    UserFactory(username="ana")
    code, text = checked(capsys, "--send", "ana")
    assert (code, "  failed  Test push: There are no tokens for this user" in text) == (1, True)
    assert text.endswith("Pushes can work, but no provider accepted the test push.\n")


def test_mistakes_are_reported(working: FakeGateway, settings: Any) -> None:
    with pytest.raises(CommandError, match="no user named nobody"):
        call_command("checkpush", "--send", "nobody")
    settings.ROLES = {"cloud"}
    with pytest.raises(CommandError, match="only a cloud"):
        call_command("checkpush")
