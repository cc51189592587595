"""Another application is served by events: a help desk with the client of the guide, and the guides' other programs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.conf import settings

from tests.clients.conftest import APP_NAME
from tests.clients.help_desk import HelpDesk
from tests.fakes.gateway import FakeGateway
from tests.fakes.installation import Installation
from tests.waiting import wait_until

pytestmark = pytest.mark.processes

GUIDES = Path(settings.BASE_DIR) / "docs" / "integrate"
SOURCE = """
from workspace.models import User
from workspace.services.events.managing import source_create
print(source_create(by=User.objects.filter(groups__name="admin").first(), name={name!r})[1])
"""
DEVICE = """
from push.models import Device, token_digest
from workspace.models import SourcePerson
person = SourcePerson.objects.get(external_id={person!r}, source__name={source!r})
Device.objects.create(user=person.user, type="gcm", app_name={app!r}, token={token!r}, token_digest=token_digest({token!r}))
"""  # noqa: E501


def program(guide: str, language: str, number: int = 0) -> str:
    """Return a program that a guide shows."""
    text = (GUIDES / f"{guide}.md").read_text()
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)[number]


def shell(server: Installation, code: str, **values: str) -> str:
    return server.manage("shell", "-v", "0", "-c", code.format(**values))


@pytest.fixture(scope="module")
def key(server: Installation) -> str:
    return shell(server, SOURCE, name="Help desk")


@pytest.fixture(scope="module")
def client(server: Installation, key: str) -> Any:
    module = ModuleType("callboard")
    exec(program("django", "python"), module.__dict__)
    return module


def test_a_help_desk_needs_no_chat(server: Installation, gateway: FakeGateway, client: Any, key: str) -> None:
    desk = HelpDesk(client.Callboard(server.url, key), {"ben": "Ben Ek", "cem": "Cem Ak"})
    for person in ("ben", "cem"):
        shell(server, DEVICE, source="Help desk", app=APP_NAME, person=person, token=f"phone-of-{person}")

    def texts(person: str) -> list[str]:
        sent = [one.options for one in gateway.received if one.token == f"phone-of-{person}"]
        return [options["text"] for options in sent if options.get("text")]

    ticket = desk.ask("anna", "Printer", "It is on fire.")
    wait_until(lambda: texts("ben") == texts("cem") == ["anna.help-desk: It is on fire."])
    desk.take(ticket, "ben")
    decided = desk.write(ticket, "anna", "It is still burning.", wait="decision")["decision"]
    push = next(channel for channel in decided["channels"] if channel["channel"] == "push")
    assert (decided["complete"], push["notified"]) == (True, 1)
    wait_until(lambda: texts("ben")[-1] == "anna.help-desk: It is still burning.")
    assert len(texts("cem")) == 1
    desk.open(ticket, "ben")
    desk.close(ticket)
    with pytest.raises(client.CallboardError) as refused:
        desk.write(ticket, "anna", "Thank you!")
    assert refused.value.errors == [{"field": "room", "message": "the room is archived"}]
    assert desk.callboard.link("ben").startswith(f"{server.url}/embedded/")


def test_the_program_for_node(server: Installation, key: str, tmp_path: Path) -> None:
    if shutil.which("node") is None:
        pytest.fail("Node.js is missing. Install nodejs.")
    (tmp_path / "callboard.mjs").write_text(program("node", "js", 0))
    (tmp_path / "main.mjs").write_text(program("node", "js", 1))
    environment = {"PATH": os.environ["PATH"], "CALLBOARD_URL": server.url, "CALLBOARD_KEY": key}
    done = subprocess.run(
        ["node", "main.mjs"], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout.split()[0]) == (0, "accepted"), done.stderr


def test_the_program_for_the_shell(server: Installation, key: str) -> None:
    script = program("shell", "sh", 0) + program("shell", "sh", 1)
    environment = {"PATH": os.environ["PATH"], "CALLBOARD_URL": server.url, "CALLBOARD_KEY": key}
    done = subprocess.run(["sh", "-ec", script], env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count('"status":"accepted"') == 2
