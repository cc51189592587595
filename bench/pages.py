"""Measures the server's response times of the users' pages, for a member of many rooms in a large workspace.

    [DATABASE_URL=postgres://...] .venv/bin/python bench/pages.py [--rooms 500] [--users 100000] [--times 40]

It creates its own database (with the name of the test database, removed at the end) with this many accounts, all in the
first room, and one member of many rooms who has custom settings for every fifth. Each page is requested in one
process, through all middleware. Prints the median and 95th percentile of the elapsed time, the 95th percentile of
the process's CPU time (which includes SQLite), and the page's number of queries.
"""

from __future__ import annotations

import argparse
import time

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from scaffold import analyze, database

from preferences.models import RoomPreferences
from workspace.models import Message, Room, Subscription, User
from workspace.services.roles import roles_ensure

BATCH = 5_000
MESSAGES = 200


def fill(rooms: int, users: int) -> tuple[User, Room, Message]:
    """Fill the workspace, and return the member, their largest room and a message in it that starts a thread."""
    roles_ensure()
    people = User.objects.bulk_create([User(username=f"user{number}") for number in range(users)], BATCH)
    ana = User.objects.create(username="ana", name="Ana Silva", is_superuser=True)
    now = timezone.now()
    places = Room.objects.bulk_create(
        [
            Room(
                type="c",
                name=f"room{number}",
                creator=ana,
                members_count=users + 1 if number == 0 else 2,
                last_message_at=now,
            )
            for number in range(rooms)
        ],
        BATCH,
    )
    largest = places[0]
    Subscription.objects.bulk_create([Subscription(room=room, user=ana, unread=2) for room in places], BATCH)
    Subscription.objects.bulk_create([Subscription(room=largest, user=person) for person in people], BATCH)
    mine = Subscription.objects.filter(user=ana).order_by("pk")
    RoomPreferences.objects.bulk_create(
        [RoomPreferences(subscription=row, room_id=row.room_id, push="nothing") for row in mine[::5]], BATCH
    )
    said = Message.objects.bulk_create(
        [Message(room=largest, sender=people[number], text=f"@ana number {number}") for number in range(MESSAGES)]
    )
    Message.objects.bulk_create([Message(room=largest, sender=ana, text="yes", parent=said[0]) for _reply in range(50)])
    analyze()
    return ana, largest, said[0]


def addresses(room: Room, message: Message) -> list[str]:
    """Return the pages that are measured."""
    return [
        "/",
        "/rooms/",
        "/rooms/?q=room4",
        "/rooms/sidebar/",
        "/rooms/channels/",
        f"/channel/{room.name}",
        f"/rooms/{room.public_id}/messages/newer/?after={message.public_id}",
        f"/rooms/{room.public_id}/people/?q=user9",
        f"/threads/{message.public_id}/",
        f"/rooms/{room.public_id}/preferences/",
        "/account/",
        "/account/preferences/",
        "/account/quiet-hours/",
        "/account/rooms/",
        "/account/devices/",
        "/account/password/",
        "/why/",
        f"/why/?message={message.public_id}",
    ]


def measure(client: Client, address: str, times: int) -> tuple[float, float, float, int]:
    """Return a page's median and 95th percentile, the 95th percentile of its CPU time (ms), and its queries."""
    client.get(address)
    taken, worked = [], []
    for _time in range(times):
        begun, began_work = time.perf_counter(), time.process_time()
        assert client.get(address).status_code == 200, address
        taken.append((time.perf_counter() - begun) * 1000)
        worked.append((time.process_time() - began_work) * 1000)
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    slow = int(times * 0.95)
    return sorted(taken)[times // 2], sorted(taken)[slow], sorted(worked)[slow], len(queries)


def main() -> None:
    """Fill the workspace and measure every page."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rooms", type=int, default=500)
    parser.add_argument("--users", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=40)
    options = parser.parse_args()
    with database():
        ana, room, message = fill(options.rooms, options.users)
        client = Client(SERVER_NAME="127.0.0.1")
        client.force_login(ana, backend="workspace.authentication.NameOrEmailBackend")
        print(
            f"{connection.vendor}, {options.rooms} rooms, {options.users} users: "
            "page, p50 ms, p95 ms, p95 worked ms, queries"
        )
        for address in addresses(room, message):
            middle, slow, worked, queries = measure(client, address, options.times)
            name = address.replace(room.public_id, "…").replace(message.public_id, "…")
            print(f"{name:45} {middle:7.1f} {slow:7.1f} {worked:7.1f} {queries:4}")


if __name__ == "__main__":
    main()
