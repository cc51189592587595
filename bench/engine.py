"""Measures the HTTP engine: pushes per second compared with other senders, and the effect of closed connections.

    .venv/bin/python bench/engine.py speed [PUSHES]    to one local server: h2load, the engine, aioapns, send_each
    .venv/bin/python bench/engine.py faults [PUSHES]   1,000 sends with GOAWAYs and abrupt closes: lost and duplicate

`speed` uses nginx (`nginx-light`) on this machine, over TLS, with one worker; h2load is part of nghttp2-client. All
send the same headers and texts. h2load sends prepared bytes; the others build each push. `faults` uses the
fake Apple of the tests, which records what it accepted.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import logging
import os
import re
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

BASE_DIR = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(BASE_DIR))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "workspace.config.settings")
FOLDER = Path(tempfile.mkdtemp(prefix="callboard-bench-"))
os.environ["DATA_DIR"] = str(FOLDER)

import django

django.setup()
logging.disable(logging.WARNING)

from django.conf import settings
from django.utils import timezone
from local_nginx import nginx

from push.http.engine import Engine
from push.http.requests import HttpRequest
from push.models import Answer
from push.providers.apple.credentials import AppleCredentials, AppleTokenKey
from push.providers.apple.transport import apple_lane, apple_request, apple_send, token_for
from push.providers.google.credentials import GoogleCredentials
from push.providers.google.transport import google_send
from push.providers.pushes import Push
from tests.fakes.apple import FakeApple
from tests.fakes.certificates import Authority, service_account_make, token_key_make

RUNS = 5
# Number of parallel requests, for senders in which it can be set.
STREAMS = 100
APP = "chat.callboard.app"
TEXT = "ana: the disk of the second server is nearly full, who is on call?"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("figure", choices=["speed", "faults"])
    parser.add_argument("pushes", nargs="?", type=int, default=0)
    arguments = parser.parse_args()
    authority = Authority()
    (FOLDER / "authority.pem").write_text(authority.pem)
    if arguments.figure == "speed":
        speed(authority, arguments.pushes or 20_000)
    else:
        faults(authority, arguments.pushes or 1_000)


def speed(authority: Authority, count: int) -> None:
    """Print each sender's pushes per second and the engine's ratio to it, each the median of several runs."""
    with nginx(authority, FOLDER) as address:
        settings.APPLE_PRODUCTION_URL = settings.GOOGLE_SEND_URL = address
        settings.GOOGLE_TOKEN_URL = f"{address}/token"
        engine = Engine(ca_file=str(FOLDER / "authority.pem"))
        senders: dict[str, tuple[Callable[[int], float], int]] = {
            "h2load": (h2load, count * 5),
            "engine, requests made before": (lambda number: engine_requests(engine, number), count),
            "engine, pushes to Apple": (lambda number: engine_apple(engine, number), count),
            "aioapns": (aioapns, count // 4),
            "engine, pushes to Google": (lambda number: engine_google(engine, number), count),
            "firebase-admin send_each": (send_each, min(count // 20, 1_000)),
        }
        for send, number in senders.values():
            send(number)
        # As in the worker: exclude the program's own objects from garbage collection.
        gc.freeze()
        # Alternate between senders, so that other load on the machine affects all of them.
        turns = [{name: number / send(number) for name, (send, number) in senders.items()} for _ in range(RUNS)]
        for name in senders:
            print(f"{name}: {median(turn[name] for turn in turns):,.0f}/s", flush=True)
        engine.close()
    for ours, theirs in (
        ("engine, requests made before", "h2load"),
        ("engine, pushes to Apple", "aioapns"),
        ("engine, pushes to Google", "firebase-admin send_each"),
    ):
        print(f"{ours} : {theirs} = {median(turn[ours] / turn[theirs] for turn in turns):.2f}")


def faults(authority: Authority, count: int) -> None:
    """Print the outcomes of pushes while connections are closed properly, and while they break off."""
    key = token_key_make()
    credentials = AppleCredentials(AppleTokenKey(key.key, key.key_id, key.team_id))
    print("fault, connections, accepted by the answers, lost, arrived twice or more, of them told by `tries`")
    for name, goaway, cut in (("GOAWAY each 100 requests", 100, 0), ("cut off at each 100th request", 0, 100)):
        with FakeApple(authority, keys=[key]) as fake:
            settings.APPLE_PRODUCTION_URL = fake.address
            fake.faults.goaway_after, fake.faults.cut_after = goaway, cut
            engine = Engine(ca_file=str(FOLDER / "authority.pem"))
            remaining, tries = [push_of(number) for number in range(count)], Counter[str]()
            # Retry with the same identity, as the queue does.
            while remaining:
                answers = apple_send(remaining, credentials=credentials, engine=engine)
                tries.update({push.identity: answer.tries for push, answer in zip(remaining, answers, strict=True)})
                remaining = [
                    push for push, answer in zip(remaining, answers, strict=True) if answer.answer != Answer.ACCEPTED
                ]
            engine.close()
            arrived = Counter(push.id for push in fake.accepted)
        doubled = [identity for identity, times in arrived.items() if times > 1]
        reported = sum(tries[identity] >= arrived[identity] for identity in doubled)
        print(
            f"{name}, {len(fake.connections)}, {count}, {count - len(arrived)}, {len(doubled)}, {reported}", flush=True
        )


# The senders. Each sends a number of pushes and returns the seconds it took.


def h2load(number: int) -> float:
    request = requests_of(1)[0]
    body, addresses = FOLDER / "body", FOLDER / "addresses"
    body.write_bytes(request.body)
    addresses.write_text("\n".join(one.url for one in requests_of(1_000)))
    headers = [part for line in request.headers for part in ("-H", line)]
    load = ["-n", str(number), "-c", "1", "-m", str(STREAMS)]
    output = subprocess.run(
        ["h2load", *load, "-d", str(body), "-i", str(addresses), *headers], check=True, capture_output=True, text=True
    ).stdout
    assert f"{number} succeeded" in output, output
    match = re.search(r"finished in .*?, ([\d.]+) req/s", output)
    assert match
    return number / float(match[1])


def engine_requests(engine: Engine, number: int) -> float:
    # The same settings as for h2load: one connection and the same number of parallel requests.
    lane = replace(apple_lane(CREDENTIALS), concurrency=STREAMS, connections=1)
    requests = [replace(request, lane=lane) for request in requests_of(number)]
    started = time.perf_counter()
    answers = engine.send(requests)
    took = time.perf_counter() - started
    assert {answer.status for answer in answers} == {200}
    return took


def engine_apple(engine: Engine, number: int) -> float:
    pushes = [push_of(one) for one in range(number)]
    started = time.perf_counter()
    answers = apple_send(pushes, credentials=CREDENTIALS, engine=engine)
    took = time.perf_counter() - started
    assert {answer.answer for answer in answers} == {Answer.ACCEPTED}
    return took


def engine_google(engine: Engine, number: int) -> float:
    pushes = [push_of(one, type="gcm") for one in range(number)]
    started = time.perf_counter()
    answers = google_send(pushes, credentials=GoogleCredentials(SERVICE_ACCOUNT), engine=engine)
    took = time.perf_counter() - started
    assert {answer.answer for answer in answers} == {Answer.ACCEPTED}
    return took


def aioapns(number: int) -> float:
    import ssl
    from urllib.parse import urlsplit

    from aioapns import APNs, NotificationRequest
    from aioapns.connection import APNsProductionClientProtocol

    place = urlsplit(settings.APPLE_PRODUCTION_URL)
    APNsProductionClientProtocol.APNS_SERVER = place.hostname
    APNsProductionClientProtocol.APNS_PORT = place.port
    bodies = [json.loads(request.body) for request in requests_of(number)]

    async def send() -> float:
        context = ssl.create_default_context(cafile=str(FOLDER / "authority.pem"))
        context.set_alpn_protocols(["h2"])
        client = APNs(key=KEY.key, key_id=KEY.key_id, team_id=KEY.team_id, topic=APP, ssl_context=context)
        # More parallel requests exceed its flow control limit, and it then waits for a second.
        room = asyncio.Semaphore(STREAMS)

        async def send_one(number: int, body: dict[str, Any]) -> bool:
            async with room:
                push = NotificationRequest(f"{number:064x}", body, str(uuid.uuid4()))
                return bool((await client.send_notification(push)).is_successful)

        started = time.perf_counter()
        results = await asyncio.gather(*(send_one(number, body) for number, body in enumerate(bodies)))
        took = time.perf_counter() - started
        assert all(results)
        return took

    return asyncio.run(send())


def send_each(number: int) -> float:
    import firebase_admin
    from firebase_admin import credentials, messaging

    os.environ["REQUESTS_CA_BUNDLE"] = str(FOLDER / "authority.pem")
    service = messaging._MessagingService
    service.FCM_URL = f"{settings.GOOGLE_SEND_URL}/v1/projects/{{0}}/messages:send"
    if not firebase_admin._apps:
        account = json.loads(SERVICE_ACCOUNT) | {"token_uri": settings.GOOGLE_TOKEN_URL}
        firebase_admin.initialize_app(credentials.Certificate(account))
        # As for Google's own URL: as many connections as messages, instead of ten.
        session = messaging._get_messaging_service(firebase_admin.get_app())._client.session
        session.mount(settings.GOOGLE_SEND_URL, session.get_adapter("https://fcm.googleapis.com"))
    messages = []
    for one in range(number):
        message = messaging.Message(
            data={"title": "#ops", "message": TEXT, "notId": "42", "ejson": "{}"},
            android=messaging.AndroidConfig(priority="high"),
        )
        message.token = f"token-{one}"
        messages.append(message)
    started = time.perf_counter()
    # It accepts at most 500 messages per call.
    for first in range(0, number, 500):
        assert messaging.send_each(messages[first : first + 500]).failure_count == 0
    return time.perf_counter() - started


# The pushes and their destination.

KEY = token_key_make()
SERVICE_ACCOUNT = service_account_make()
CREDENTIALS = AppleCredentials(AppleTokenKey(KEY.key, KEY.key_id, KEY.team_id))


def push_of(number: int, type: str = "apn") -> Push:
    return Push(
        type=type,
        token=f"{number:064x}",
        title="#ops",
        text=TEXT,
        badge=3,
        sound="default",
        not_id=42,
        topic=APP,
        payload={"host": "https://chat.example.org/", "rid": "r1", "type": "c", "name": "ops", "messageId": "m1"},
        category="MESSAGE",
        sender="push",
        identity=str(uuid.uuid4()),
    )


def requests_of(number: int) -> list[HttpRequest]:
    token = token_for(CREDENTIALS)
    return [apple_request(push_of(one), CREDENTIALS, token=token, at=timezone.now()) for one in range(number)]


if __name__ == "__main__":
    main()
