"""Response times of the API calls that clients make most, from one web process.

    [DATABASE_URL=postgres://...] .venv/bin/python bench/api.py [ROOMS]

The caller is in 500 rooms: channels, private groups and direct rooms, a tenth of them with unread messages and some
with preferences for the room. Each call is repeated on one connection. Printed are its median and 95th percentile, its
median as a multiple of that of `api/info`, which needs no database, and the CPU time that the web process needs for it,
which depends less on what else the machine does.

Target on PostgreSQL: `subscriptions.get` in at most 60 ms (median), `push.get` in at most 25 ms (95th percentile).
"""

from __future__ import annotations

import http.client
import os
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.memory import web_server
from bench.scaffold import analyze, database

# isort: split
from django.utils import timezone

from preferences.models import IgnoredSender, RoomPreferences
from workspace.models import Message, Room, RoomType, Subscription, User
from workspace.services.messages import message_post
from workspace.services.rooms import direct_key_of
from workspace.services.sign_in import sign_in

ROOMS = 500
MEMBERS = 40
DIRECT = 100
PEOPLE = 300
CALLS = 100
BARE = "/api/info"


def main() -> None:
    rooms = int(sys.argv[1]) if len(sys.argv) > 1 else ROOMS
    os.environ["API_RATE_LIMITING"] = "false"
    with database():
        user = fill(rooms)
        message = message_post(
            sender=User.objects.get(username="person0"), room=Room.objects.get(name="room0"), text="Hi"
        )
        recently = timezone.now().isoformat().replace("+00:00", "Z")
        analyze()
        headers = {"X-Auth-Token": sign_in(user=user), "X-User-Id": user.public_id}
        calls = {
            "api/info": BARE,
            "me": "/api/v1/me",
            f"subscriptions.get, {rooms} rooms": "/api/v1/subscriptions.get",
            "subscriptions.get, nothing changed": f"/api/v1/subscriptions.get?updatedSince={recently}",
            f"rooms.get, {rooms} rooms": "/api/v1/rooms.get",
            "rooms.get, nothing changed": f"/api/v1/rooms.get?updatedSince={recently}",
            "push.get": f"/api/v1/push.get?id={message.public_id}",
        }
        with web_server() as (pid, port):
            measure(port, pid, calls, headers)


def fill(rooms: int) -> User:
    """Create the rooms with their members and some messages; return the caller."""
    user = User.objects.create(username="ana", name="Ana")
    people = User.objects.bulk_create([User(username=f"person{number}") for number in range(PEOPLE)])
    direct = min(DIRECT, rooms // 5)
    created = Room.objects.bulk_create(
        [
            Room(
                type=RoomType.PRIVATE if number % 4 == 0 else RoomType.CHANNEL,
                name=f"room{number}",
                topic="What this room is about",
                creator=people[number % PEOPLE],
                members_count=MEMBERS + 1,
                last_message_at=timezone.now(),
            )
            for number in range(rooms - direct)
        ]
    )
    talks = Room.objects.bulk_create(
        [
            Room(
                type=RoomType.DIRECT,
                direct_key=direct_key_of([user, person]),
                creator=person,
                members_count=2,
                last_message_at=timezone.now(),
            )
            for person in people[:direct]
        ]
    )
    memberships = [Subscription(room=room, user=user, last_seen_at=timezone.now()) for room in [*created, *talks]]
    others = [
        Subscription(room=room, user=people[(place + step) % PEOPLE])
        for place, room in enumerate(created)
        for step in range(MEMBERS)
    ]
    others += [Subscription(room=room, user=person) for room, person in zip(talks, people[:direct], strict=True)]
    Subscription.objects.bulk_create([*memberships, *others], 5_000)
    Message.objects.bulk_create(
        [Message(room=room, sender=room.creator, text="Hello") for room in created[::10] for _number in range(5)]
    )
    own = list(Subscription.objects.filter(user=user, room__in=created).order_by("pk"))
    RoomPreferences.objects.bulk_create(
        [RoomPreferences(subscription=row, room=row.room, push="mentions") for row in own[::5]]
    )
    IgnoredSender.objects.bulk_create([IgnoredSender(subscription=row, sender=people[0]) for row in own[::25]])
    return user


def measure(port: int, pid: int, calls: dict[str, str], headers: dict[str, str]) -> None:
    """Repeat the calls in turn, so that a busy machine slows all of them alike, and print their times."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    times: dict[str, list[float]] = {name: [] for name in calls}
    sizes: dict[str, int] = {}

    def call(path: str) -> int:
        connection.request("GET", path, headers={} if path == BARE else headers)
        response = connection.getresponse()
        body = response.read()
        assert response.status == 200, (path, response.status, body)
        return len(body)

    for _round in range(CALLS + 5):
        for name, path in calls.items():
            begun = time.perf_counter()
            sizes[name] = call(path)
            times[name].append((time.perf_counter() - begun) * 1000)
    needed: dict[str, float] = {}
    for name, path in calls.items():
        begun = cpu_time(pid)
        for _repetition in range(CALLS):
            call(path)
        needed[name] = (cpu_time(pid) - begun) / CALLS * 1000
    bare = statistics.median(times["api/info"][5:])
    for name, taken in times.items():
        measured = sorted(taken[5:])
        median, last = statistics.median(measured), measured[int(len(measured) * 0.95)]
        print(
            f"{name}: median {median:.1f} ms, 95th percentile {last:.1f} ms, {median / bare:.1f} × api/info,"
            f" CPU {needed[name]:.1f} ms, {sizes[name] / 1000:.0f} kB",
            flush=True,
        )


def cpu_time(pid: int) -> float:
    """Return the seconds of CPU time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
