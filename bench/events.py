"""Events per second that one web process accepts from another application, in batches.

    DATABASE_URL=postgres://... .venv/bin/python bench/events.py [EVENTS] [PEOPLE]

Each event is a message with the list of the room's 10 members, of which it mentions one. The rooms and people exist
already; a first run, which creates them, is reported as well. Batches of 1,000 and of 100 are sent over one connection,
and batches of 100 over four. Printed next to the rates is that of `api/info`, which needs no database, in the same run.
No worker is running.

Target on PostgreSQL: at least 1,500 events per second in batches.
"""

from __future__ import annotations

import http.client
import json
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.memory import web_server
from bench.scaffold import analyze, database

# isort: split
from workspace.models import Message, User
from workspace.permissions import ADMIN
from workspace.services.accounts import user_create
from workspace.services.events.managing import source_create

EVENTS = 20_000
PEOPLE = 2_000
MEMBERS = 10
ROOMS = 500
BARE_CALLS = 300
numbers = count(1)


def main() -> None:
    events = int(sys.argv[1]) if len(sys.argv) > 1 else EVENTS
    people = int(sys.argv[2]) if len(sys.argv) > 2 else PEOPLE
    os.environ["API_RATE_LIMITING"] = "false"
    with database():
        admin = user_create(username="ada", roles=[ADMIN])
        _source, key = source_create(by=User.objects.get(pk=admin.pk), name="Bench")
        with web_server() as (pid, port):
            bare(port)
            measure("new people and rooms, batches of 1,000", pid, port, key, people, events=ROOMS * 2, size=1000)
            analyze()
            for size, connections in ((1000, 1), (100, 1), (100, 4)):
                title = f"batches of {size:,}, {connections} connection{'s' if connections > 1 else ''}"
                measure(title, pid, port, key, people, events=events, size=size, connections=connections)
            measure("single events", pid, port, key, people, events=min(events, 500), size=1)
            bare(port)
            print(f"{Message.objects.count():,} messages were stored.")


def bare(port: int) -> None:
    """Measure the rate of an endpoint that needs no database."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    begun = time.perf_counter()
    for _call in range(BARE_CALLS):
        connection.request("GET", "/api/info")
        connection.getresponse().read()
    print(f"{'api/info':45}{BARE_CALLS / (time.perf_counter() - begun):10,.0f} calls/s", flush=True)


def measure(
    title: str, pid: int, port: int, key: str, people: int, *, events: int, size: int, connections: int = 1
) -> None:
    """Send the events, and print how many were accepted per second, and the CPU time of the web process for each."""
    bodies = [batch_body(size, people) for _batch in range(events // size)]
    begun, cpu = time.perf_counter(), cpu_seconds(pid)
    with ThreadPoolExecutor(connections) as threads:
        list(
            threads.map(
                lambda part: send(port, key, part), (bodies[number::connections] for number in range(connections))
            )
        )
    seconds, used = time.perf_counter() - begun, cpu_seconds(pid) - cpu
    sent = len(bodies) * size
    print(f"{title:45}{sent / seconds:10,.0f} events/s{used / sent * 1e6:10,.0f} µs of CPU each", flush=True)


def send(port: int, key: str, bodies: list[bytes]) -> None:
    """Send batches over one connection; each must be accepted entirely."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    for body in bodies:
        connection.request("POST", "/api/v1/events.batch", body, headers)
        response = json.loads(connection.getresponse().read())
        if response.get("refused", 1):
            raise RuntimeError(str(response)[:500])


def batch_body(size: int, people: int) -> bytes:
    """Return the body of a batch of messages."""
    return json.dumps({"events": list(events_of(size, people))}).encode()


def events_of(size: int, people: int) -> Iterator[dict[str, Any]]:
    """Yield messages in turn for each room. A room always has the same members."""
    for _event in range(size):
        number = next(numbers)
        room = number % ROOMS
        members = [f"person-{(room * MEMBERS + position) % people}" for position in range(MEMBERS)]
        yield {
            "type": "message",
            "id": f"message-{number}",
            "room": f"room-{room}",
            "roomName": f"Ticket {room}",
            "sender": members[number % MEMBERS],
            "text": "The printer on the second floor prints only blank pages – again. Could somebody have a look?",
            "members": members,
            "mentions": [members[(number + 1) % MEMBERS]],
        }


def cpu_seconds(pid: int) -> float:
    """Return the CPU time of a process in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
