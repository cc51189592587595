"""A Matrix homeserver: Synapse, from an environment of its own, with SQLite and without federation."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import signal
import subprocess
import tempfile
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest
import requests
from django.conf import settings

from tests.fakes.servers import port_free
from tests.waiting import wait_until

ENVIRONMENT = settings.BASE_DIR / ".venv-synapse"
INSTALL = "python -m venv .venv-synapse && .venv-synapse/bin/pip install -r tests/clients/synapse.txt"
SECRET = "only for tests"
# So that many requests in a short time are allowed.
NO_LIMIT = {"per_second": 1000, "burst_count": 1000}


def synapse_check() -> None:
    """Skip the test with a helpful message if Synapse is not installed."""
    if not (ENVIRONMENT / "bin" / "synapse_homeserver").exists():
        pytest.skip(f"Synapse is missing. Install it: {INSTALL}")


class Synapse:
    """A running homeserver. Use as a context manager."""

    def __enter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory(prefix="callboard-synapse-")
        folder = Path(self._folder.name)
        port = port_free()
        self.url = f"http://127.0.0.1:{port}"
        # JSON is valid YAML.
        (folder / "homeserver.yaml").write_text(json.dumps(self._configuration(folder, port)))
        (folder / "log.yaml").write_text(json.dumps({"version": 1, "root": {"level": "WARNING"}}))
        python = ENVIRONMENT / "bin" / "python"
        command = [python, "-m", "synapse.app.homeserver", "--config-path", folder / "homeserver.yaml"]
        subprocess.run([*command, "--generate-keys"], cwd=folder, check=True, capture_output=True, timeout=60)
        with (folder / "log").open("wb") as log:
            self._process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, start_new_session=True)
        wait_until(self._answers, seconds=60, failure="Synapse did not start.")
        return self

    def _configuration(self, folder: Path, port: int) -> dict[str, Any]:
        resources = [{"names": ["client"], "compress": False}]
        listener = {"port": port, "type": "http", "bind_addresses": ["127.0.0.1"], "resources": resources}
        return {
            "server_name": "theatre.example",
            "listeners": [listener],
            "database": {"name": "sqlite3", "args": {"database": str(folder / "homeserver.db")}},
            "log_config": str(folder / "log.yaml"),
            "media_store_path": str(folder / "media"),
            "signing_key_path": str(folder / "signing.key"),
            "registration_shared_secret": SECRET,
            "macaroon_secret_key": SECRET,
            "form_secret": SECRET,
            "report_stats": False,
            "trusted_key_servers": [],
            "federation_domain_whitelist": [],
            # Pushers may not connect to private addresses otherwise.
            "ip_range_whitelist": ["127.0.0.1"],
            "push": {"include_content": True},
            "rc_message": NO_LIMIT,
            "rc_registration": NO_LIMIT,
        }

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(60)
        self._folder.cleanup()

    def _answers(self) -> bool:
        assert self._process.poll() is None, self.log
        try:
            return requests.get(f"{self.url}/health", timeout=5).status_code == 200
        except requests.ConnectionError:
            return False

    @property
    def log(self) -> str:
        return (Path(self._folder.name) / "log").read_text()

    def register(self, name: str) -> MatrixUser:
        """Create an account, and sign in."""
        path = f"{self.url}/_synapse/admin/v1/register"
        nonce = requests.get(path, timeout=30).json()["nonce"]
        signed = "\0".join((nonce, name, SECRET, "notadmin")).encode()
        mac = hmac.new(SECRET.encode(), signed, hashlib.sha1).hexdigest()
        fields = {"nonce": nonce, "username": name, "password": SECRET, "mac": mac, "admin": False}
        answer = requests.post(path, json=fields, timeout=30).json()
        return MatrixUser(self, answer["user_id"], answer["access_token"])


class MatrixUser:
    """Someone with an account of the homeserver."""

    def __init__(self, server: Synapse, id: str, access_token: str) -> None:
        self.server, self.id, self._token, self._numbers = server, id, access_token, count(1)

    def call(self, method: str, path: str, **fields: Any) -> dict[str, Any]:
        """Call the client API."""
        address = f"{self.server.url}/_matrix/client/v3/{path}"
        headers = {"Authorization": f"Bearer {self._token}"}
        body = None if method == "GET" else fields
        answer = requests.request(method, address, json=body, headers=headers, timeout=30)
        assert answer.status_code == 200, answer.text
        document: dict[str, Any] = answer.json()
        return document

    def say(self, room: str, text: str) -> str:
        """Send a message and return the event's id."""
        path = f"rooms/{room}/send/m.room.message/{next(self._numbers)}"
        event: str = self.call("PUT", path, msgtype="m.text", body=text)["event_id"]
        return event

    def pusher_set(self, pushkey: str, url: str, **data: Any) -> None:
        """Register a device, as an app does."""
        self.call(
            "POST",
            "pushers/set",
            kind="http",
            app_id="org.example.chat",
            app_display_name="Example Chat",
            device_display_name="Phone",
            pushkey=pushkey,
            lang="en",
            append=True,
            data={"url": url, **data},
        )

    @property
    def pushkeys(self) -> set[str]:
        return {pusher["pushkey"] for pusher in self.call("GET", "pushers")["pushers"]}
