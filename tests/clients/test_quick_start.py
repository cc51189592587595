"""The programs of the quick start (`/api/docs/quick-start`) run as they are shown."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from tests.clients.people import Person
from tests.fakes.installation import PASSWORD, Installation

pytestmark = pytest.mark.processes

PROGRAMS = Path(settings.BASE_DIR) / "templates" / "workspace" / "quick_start"
DEADLINE = 60


def command(language: str) -> list[str]:
    if language == "python":
        return [sys.executable, str(PROGRAMS / "python.py")]
    if shutil.which("node") is None:
        pytest.fail("Node.js is missing. Install nodejs.")
    # Newer versions have web sockets without the option, and accept it.
    return ["node", "--experimental-websocket", "--no-warnings", str(PROGRAMS / "javascript.mjs")]


@pytest.mark.parametrize("language", ["python", "javascript"])
def test_a_program_of_the_quick_start_receives_a_notification_and_replies(
    language: str, server: Installation, people: dict[str, Person]
) -> None:
    ana, bob = people["ana"], people["bob"]
    with subprocess.Popen(
        [*command(language), server.url, bob.username, PASSWORD],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout
        first = process.stdout.readline()
        assert first == "Waiting for a notification ...\n", first + process.stdout.read()
        message = ana.say(f"@{bob.username} here is your {language} call")
        output, _errors = process.communicate(timeout=DEADLINE)
        assert process.returncode == 0, output
    assert output.startswith("#general: ")
    assert f"here is your {language} call" in output
    said = ana.get("channels.history", roomId="GENERAL", oldest=message["ts"])["messages"]
    assert [found["msg"] for found in said if found["u"]["_id"] == bob.id] == ["Thank you!"]


def test_the_program_explains_that_an_older_version_of_node_is_not_enough() -> None:
    older = ["node", "--no-warnings", "--import", "data:text/javascript,delete globalThis.WebSocket"]
    command_line = [*older, str(PROGRAMS / "javascript.mjs"), "http://127.0.0.1:9", "ana", PASSWORD]
    done = subprocess.run(command_line, capture_output=True, text=True, timeout=DEADLINE)
    assert done.returncode == 1
    assert "Use Node.js 22 or newer" in done.stderr
