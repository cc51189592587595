"""Measures the gateway in each protocol: pushes per second and latency, next to an ASGI endpoint that does nothing.

    .venv/bin/python bench/gateway.py            # on SQLite
    DATABASE_URL=postgres://... .venv/bin/python bench/gateway.py

One process serves the gateway, nginx (`nginx-light`, one worker, over TLS) simulates Apple, and h2load (part of
nghttp2-client) sends requests. Prints lines for docs/figures.md.
"""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import scaffold
from django.conf import settings
from engine import FOLDER, nginx

from cloud.services.registration import access_token_issue, gateway_key_create, workspace_register
from push.http.engine import Engine
from push.models import Answer, GatewayApp
from push.providers.apple.credentials import AppleCredentials, AppleTokenKey
from push.providers.apple.transport import apple_send
from push.providers.pushes import Push
from tests.fakes.certificates import Authority, token_key_make
from tests.fakes.servers import port_free

REQUESTS = 5_000
BATCHES = 40
DEVICES = 500
# How often the protocols are compared, in turn: other programs disturb each of them at another time.
ROUNDS = 2
IN_FLIGHT = (20, 100, 400)
BARE = """
async def application(scope, receive, send):
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"{}"})
"""
OPTIONS: dict[str, Any] = {
    "uniqueId": "bench",
    "from": "push",
    "title": "#operations",
    "text": "ana: the disk of the third server is full again",
    "badge": 3,
    "sound": "default",
    "notId": 42,
    "topic": "org.example.chat",
    "payload": {"host": "https://chat.example.org", "rid": "GENERAL", "messageId": "m" * 17, "type": "c"},
    "apn": {"category": "MESSAGE"},
    "gcm": {"style": "inbox", "image": "https://chat.example.org/avatar/room/GENERAL"},
    "userId": "u" * 17,
    "createdBy": "<SERVER>",
    "sent": False,
    "sending": 0,
}


@contextmanager
def served(application: str, **environment: str) -> Iterator[tuple[str, int]]:
    """Serve an ASGI application with one process, and yield its URL and the process id."""
    port = port_free()
    command = [sys.executable, "-m", "uvicorn", application, "--port", str(port), "--log-level", "warning"]
    command += ["--http", "workspace.server.protocol:BoundedProtocol"]
    process = subprocess.Popen(command, cwd=scaffold.BASE_DIR, env={**os.environ, **environment})
    url = f"http://127.0.0.1:{port}"
    try:
        while process.poll() is None:
            try:
                urllib.request.urlopen(f"{url}/push/info", timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield url, process.pid
    finally:
        process.kill()
        process.wait()


NOTIFICATION = {
    "event_id": "$3957tyerfgewrf384",
    "room_id": "!slw48wfj34rtnrf:example.com",
    "type": "m.room.message",
    "sender": "@ana:example.com",
    "sender_display_name": "Ana",
    "room_name": "Operations",
    "prio": "high",
    "content": {"msgtype": "m.text", "body": OPTIONS["text"]},
    "counts": {"unread": 3},
}
MATTERMOST = {
    "ack_id": "",
    "platform": "apple_rn-v2",
    "server_id": "s" * 26,
    "device_id": "a1" * 32,
    "type": "message",
    "version": "v2",
    "message": OPTIONS["text"],
    "channel_name": "Operations",
    "channel_id": "c" * 26,
    "post_id": "p" * 26,
    "badge": 3,
}


def other_protocols(url: str) -> Iterator[tuple[str, str, bytes]]:
    """Yield the name, URL and body of a request in each of the other protocols; none has an id to recognize repeats."""
    keys = {}
    for name in ("matrix", "mattermost", "generic"):
        workspace, _credentials = workspace_register(unique_id=name, name=name, plan="premium", protocol=name)
        keys[name] = gateway_key_create(workspace=workspace)
    device = {"app_id": "apple_rn", "pushkey": base64.b64encode(b"\xa1" * 32).decode(), "pushkey_ts": 1}
    event = {name: value for name, value in NOTIFICATION.items() if name != "event_id"}
    matrix = json.dumps({"notification": {**event, "devices": [device]}}).encode()
    yield "Matrix", f"{url}/_matrix/push/v1/notify?key={keys['matrix']}", matrix
    yield "Mattermost", f"{url}/gateway/{keys['mattermost']}/api/v1/send_push", json.dumps(MATTERMOST).encode()
    devices = [{"app": OPTIONS["topic"], "service": "apple", "token": "a1" * 32}]
    notification = {"title": OPTIONS["title"], "body": OPTIONS["text"], "badge": 3}
    generic = json.dumps({"notification": notification, "devices": devices}).encode()
    yield "push API", f"{url}/gateway/{keys['generic']}/push/v1/send", generic


def ask(url: str, body: bytes, token: str, *, requests: int, in_flight: int) -> tuple[float, float, float]:
    """Send this many requests; returns requests per second, and the median and 99th percentile of the latency (ms)."""
    with tempfile.TemporaryDirectory() as folder:
        data, log = Path(folder, "body"), Path(folder, "log")
        data.write_bytes(body)
        headers = ["-H", f"authorization: Bearer {token}", "-H", "content-type: application/json"]
        count = ["-n", str(requests), "-c", str(min(in_flight, requests))]
        command = ["h2load", "--h1", *count, "-d", str(data), f"--log-file={log}", *headers, url]
        output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        rows = [line.split() for line in log.read_text().splitlines()]
    assert all(row[1] == "200" for row in rows), output
    waits = sorted(int(row[2]) / 1000 for row in rows)
    rate = re.search(r"([\d.]+) req/s", output)
    assert rate
    return float(rate[1]), waits[len(waits) // 2], waits[len(waits) * 99 // 100]


def only_sending(apple: str, credentials: AppleCredentials) -> float:
    """Return how many of the batches' pushes per second the HTTP engine alone sends in one process."""
    settings.APPLE_PRODUCTION_URL = apple
    engine = Engine(ca_file=str(FOLDER / "authority.pem"))
    pushes = [
        Push(
            type="apn",
            token=f"{number:064x}",
            title=OPTIONS["title"],
            text=OPTIONS["text"],
            badge=OPTIONS["badge"],
            sound=OPTIONS["sound"],
            not_id=OPTIONS["notId"],
            topic=OPTIONS["topic"],
            payload=OPTIONS["payload"],
        )
        for number in range(DEVICES * BATCHES)
    ]
    apple_send(pushes[:DEVICES], credentials=credentials, engine=engine)
    started = time.perf_counter()
    answers = apple_send(pushes, credentials=credentials, engine=engine)
    taken = time.perf_counter() - started
    engine.close()
    assert {answer.answer for answer in answers} == {Answer.ACCEPTED}
    return len(pushes) / taken


def processor_seconds(pid: int) -> float:
    """Return how much processor time a process has used; other programs on a busy machine do not change it much."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory(pid: int) -> int:
    """Return the resident memory of a process in MB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024 // 1024


def main() -> None:
    single = json.dumps({"token": "a1" * 32, "options": OPTIONS}).encode()
    devices = [{"type": "apn", "token": f"{number:064x}"} for number in range(DEVICES)]
    batch = json.dumps({"options": OPTIONS, "devices": devices}).encode()
    authority, key_of_app = Authority(), token_key_make()
    (FOLDER / "authority.pem").write_text(authority.pem)
    with tempfile.TemporaryDirectory() as folder, scaffold.database(), nginx(authority, FOLDER) as apple:
        Path(folder, "bare.py").write_text(BARE)
        workspace, _credentials = workspace_register(unique_id="bench", name="bench", plan="premium")
        token, _seconds = access_token_issue(workspace=workspace)
        GatewayApp.objects.create(
            app_name=OPTIONS["topic"],
            other_names="apple_rn",
            apn_token_key=key_of_app.key,
            apn_token_key_id=key_of_app.key_id,
            apn_team_id=key_of_app.team_id,
        )
        with served("bare:application", PYTHONPATH=folder) as (url, _pid):
            bare = {count: ask(url, single, token, requests=REQUESTS, in_flight=count) for count in IN_FLIGHT}
        environment = {
            "DATA_DIR": str(settings.DATA_DIR),
            "OUTBOUND_CA_FILE": str(FOLDER / "authority.pem"),
            "DATABASE_URL": scaffold.database_url(),
            "DJANGO_SETTINGS_MODULE": "workspace.config.web",
            "APPLE_PRODUCTION_URL": apple,
            "OVERWRITE_SETTING_Cloud_Service_Rate_Limit": "10000000",
        }
        with served("workspace.config.asgi:application", **environment) as (url, pid):
            ask(f"{url}/push/apn/send", single, token, requests=500, in_flight=20)
            for count in IN_FLIGHT:
                before = processor_seconds(pid)
                rate, median, late = ask(f"{url}/push/apn/send", single, token, requests=REQUESTS, in_flight=count)
                used = (processor_seconds(pid) - before) / REQUESTS
                base = bare[count]
                print(
                    f"| single, {count} in flight | {rate:,.0f} pushes/s, p50 {median:.0f} ms, p99 {late:.0f} ms "
                    f"| {base[0]:,.0f}/s, {base[1]:.0f} ms, {base[2]:.0f} ms | {rate / base[0]:.2f} "
                    f"| {used * 1000:.2f} ms of a core |"
                )
            key = gateway_key_create(workspace=workspace)
            rocketchat = "Rocket.Chat", f"{url}/gateway/{key}/push/apn/send", single
            for name, address, body in [rocketchat, *other_protocols(url)] * ROUNDS:
                ask(address, body, "", requests=500, in_flight=20)
                before = processor_seconds(pid)
                rate, median, late = ask(address, body, "", requests=REQUESTS, in_flight=100)
                used = (processor_seconds(pid) - before) / REQUESTS
                print(
                    f"| {name}, 100 in flight | {rate:,.0f} pushes/s, p50 {median:.0f} ms, p99 {late:.0f} ms "
                    f"| {bare[100][0]:,.0f}/s | {rate / bare[100][0]:.2f} | {used * 1000:.2f} ms of a core |"
                )
            own_keys = AppleCredentials(AppleTokenKey(key_of_app.key, key_of_app.key_id, key_of_app.team_id))
            alone = only_sending(apple, own_keys)
            for count in (1, 4):
                rate, median, late = ask(f"{url}/push/batch", batch, token, requests=BATCHES, in_flight=count)
                print(
                    f"| batches of {DEVICES}, {count} in flight | {rate * DEVICES:,.0f} devices/s, "
                    f"p50 {median:.0f} ms, p99 {late:.0f} ms "
                    f"| {alone:,.0f}/s by only sending them | {rate * DEVICES / alone:.2f} |"
                )
            print(f"| memory of the process afterwards | {memory(pid)} MB | | |")


if __name__ == "__main__":
    main()
