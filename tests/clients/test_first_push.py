"""The commands of docs/first-push.md, as they are printed there."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from textwrap import dedent

import pytest
from django.conf import settings

from tests.clients.conftest import APP_NAME
from tests.clients.people import Person
from tests.fakes.gateway import FakeGateway
from tests.fakes.installation import Installation

pytestmark = pytest.mark.processes

SITE = "http://127.0.0.1:8000"


@pytest.fixture
def blocks(server: Installation, tmp_path: Path) -> list[str]:
    """The commands of each step, with this server's address and a folder of this test."""
    page = (settings.BASE_DIR / "docs" / "first-push.md").read_text(encoding="utf-8")
    steps = [dedent(block) for block in re.findall(r"^ +```sh\n(.*?)^ +```$", page, re.MULTILINE | re.DOTALL)]
    return [step.replace(SITE, server.url).replace("/tmp/", f"{tmp_path}/") for step in steps]


def run(*blocks: str) -> list[dict[str, object]]:
    """Run the commands in one shell; returns the JSON responses that they print."""
    done = subprocess.run(["bash", "-c", "\n".join(blocks)], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(answer) for answer in done.stdout.replace("}{", "}\n{").splitlines()]


def test_the_commands_of_the_walk_notify_bob(server: Installation, gateway: FakeGateway, blocks: list[str]) -> None:
    bob = Person(server, server.sign_in("bob"), "bob")
    bob.post("push.token", type="apn", value="b0" * 32, appName=APP_NAME)
    post, online, read = blocks
    assert run(post)[0]["success"] is True
    gateway.wait(lambda fake: any("the stage is yours" in text for text in fake.texts))
    assert all(answer["success"] is True for answer in run(post, online, read))
    unread = bob.get("subscriptions.getOne", roomId="GENERAL")["subscription"]
    assert unread["unread"] == 0
