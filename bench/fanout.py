"""The cost of deciding upon one message, beside the cost of only writing the notifications that it brings.

    [DATABASE_URL=postgres://...] .venv/bin/python bench/fanout.py 1000 10000

Makes a database of its own (named as the tests' is, and removed at the end), fills a channel with members whose
presence, devices, addresses and preferences differ, posts a message and decides upon it for all three channels. The
rows that this wrote are then deleted and written again by the fastest means that Python has: COPY on PostgreSQL,
`executemany` on SQLite; the ratio says how many times the cost of only writing the rows a decision costs. Besides:
by how much the process grew while it decided (Linux only), how long `chat.postMessage` takes in this room over the
API, and how long it takes to decide upon a mention of two members where the default is Mentions.
Every figure is the median of several runs.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "workspace.config.settings")
os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="callboard-bench-")

import django

django.setup()

from django.conf import settings
from django.core.cache import cache
from django.db import connection, models, transaction
from django.test import Client
from django.test.utils import setup_databases, teardown_databases
from django.utils import timezone

from preferences.models import AccountPreferences, AccountsSettings, Level, RoomPreferences
from push.models import Decision, Device, Notification
from push.services.fanout import pending_decide
from workspace.models import EmailAddress, GeneralSettings, Presence, Room, Subscription, User
from workspace.services.messages import message_post
from workspace.services.roles import roles_ensure
from workspace.services.sign_in import sign_in

RUNS = 3
POSTS = 30
STATUS = Path("/proc/self/status")
PEAK_RESET = Path("/proc/self/clear_refs")
LEVELS = ("", *Level.values)
Row = tuple[Any, ...]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("members", nargs="*", type=int, default=[1_000, 10_000])
    sizes = parser.parse_args().members
    databases = setup_databases(verbosity=0, interactive=False)
    settings.ALLOWED_HOSTS = ["testserver"]
    roles_ensure()
    try:
        print(
            f"{connection.vendor}: members, rows, decision s, {baseline_name()} s, ratio, MB grown, post ms, mention ms"
        )
        for members in sizes:
            print(*measure(members), sep=", ", flush=True)
    finally:
        teardown_databases(databases, verbosity=0)


def measure(members: int) -> tuple[str, ...]:
    """Return one line of figures for a room of this size."""
    sender, room = room_fill(members)
    message_post(sender=sender, room=room, text="Lunch is ready")
    undecide()
    grown = growth(pending_decide)
    decision = typical(pending_decide, prepare=undecide)
    columns, rows = rows_written()
    baseline = typical(lambda: rows_write(columns, rows), prepare=notifications_forget)
    notifications_forget()
    Decision.objects.update(decided_at=timezone.now())
    posting, mention = posting_time(sender, room), mention_time(sender, room, members)
    figures = f"{members:,}", f"{len(rows):,}", f"{decision:.3f}", f"{baseline:.3f}", f"{decision / baseline:.2f}"
    return *figures, f"{grown:.1f}", f"{posting * 1000:.1f}", f"{mention * 1000:.1f}"


def growth(work: Callable[[], Any]) -> float:
    """Return by how many MB the process was larger at its largest during the work than before it."""
    PEAK_RESET.write_text("5")
    before = status_megabytes("VmRSS")
    work()
    return max(0.0, status_megabytes("VmHWM") - before)


def status_megabytes(name: str) -> float:
    """Return one of the kernel's figures about this process."""
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith(f"{name}:"))
    return int(line.split()[1]) / 1024


def posting_time(sender: User, room: Room) -> float:
    """Return how long `chat.postMessage` takes, from the request to the answer; deciding is left to the worker."""
    client = Client(headers={"X-Auth-Token": sign_in(user=sender), "X-User-Id": sender.public_id})
    body = {"roomId": room.public_id, "text": "Lunch is ready"}

    def post() -> None:
        response = client.post("/api/v1/chat.postMessage", body, content_type="application/json")
        assert response.status_code == 200, response.content

    for _warm in range(3):
        post()
    found = typical(post, prepare=cache.clear, runs=POSTS)
    Decision.objects.update(decided_at=timezone.now())
    return found


def mention_time(sender: User, room: Room, members: int) -> float:
    """Return how long it takes to decide upon a mention of two members, where the default is Mentions."""
    accounts = AccountsSettings.stored()
    accounts.desktop = accounts.push = accounts.email = Level.MENTIONS
    accounts.save()
    for model in (AccountPreferences, RoomPreferences):
        rows = model._default_manager.all()
        rows._raw_delete(rows.db)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    text = f"@member{members}-1 and @member{members}-{members // 2}, look"

    def mention() -> None:
        message_post(sender=sender, room=room, text=text)

    return typical(pending_decide, prepare=mention, runs=POSTS)


def room_fill(members: int) -> tuple[User, Room]:
    """Return a sender, and a channel without a size limit with them and as many members as wanted."""
    random, now = Random(members), timezone.now()
    general, accounts = GeneralSettings.stored(), AccountsSettings.stored()
    general.max_room_members, accounts.email = 0, Level.ALL
    accounts.desktop = accounts.push = Level.ALL
    general.save()
    accounts.save()
    sender = User.objects.create(username=f"sender{members}", is_superuser=True)
    room = Room.objects.create(type="c", name=f"room{members}", creator=sender, members_count=members + 1)
    users = create(User(username=f"member{members}-{number}") for number in range(members))
    subscriptions = create(Subscription(room=room, user=user) for user in [sender, *users])
    create(
        Presence(user=user, connected_until=now + timedelta(hours=1), away_at=now + timedelta(seconds=offset))
        for user in users
        if (offset := random.randint(-300, 300)) % 2
    )
    create(Device(user=user, token_digest=user.username) for user in users if random.random() < 0.8)
    create(
        EmailAddress(user=user, address=f"{user.username}@example.org", verified=random.random() < 0.9)
        for user in users
    )
    create(AccountPreferences(user=user, push=random.choice(LEVELS)) for user in users if random.random() < 0.2)
    create(
        RoomPreferences(subscription=subscription, room=room, push=random.choice(LEVELS))
        for subscription in subscriptions
        if random.random() < 0.05
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return sender, room


def create(rows: Iterable[models.Model]) -> list[Any]:
    """Store the rows, many at a time."""
    found = list(rows)
    return type(found[0])._default_manager.bulk_create(found, batch_size=5_000)


def typical(work: Callable[[], Any], *, prepare: Callable[[], Any], runs: int = RUNS) -> float:
    """Return the median time of some runs in seconds, each after a preparation that does not count."""
    times = []
    for _run in range(runs):
        prepare()
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return median(times)


def notifications_forget() -> None:
    """Delete all notifications; none has an attempt."""
    Notification.objects.all()._raw_delete(Notification.objects.db)


def undecide() -> None:
    """Let the last message be decided upon anew."""
    notifications_forget()
    Decision.objects.filter(pk=Decision.objects.latest("pk").pk).update(decided_at=None)


def rows_written() -> tuple[list[str], list[Row]]:
    """Return the columns and rows that the decision wrote, as the database's driver has them, without their keys."""
    columns = [field.column for field in Notification._meta.concrete_fields if not field.primary_key]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(columns)} FROM push_notification")
        return columns, cursor.fetchall()


def baseline_name() -> str:
    """Return how the rows are written for comparison."""
    return "COPY" if connection.vendor == "postgresql" else "executemany"


def rows_write(columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Write the rows by the database's fastest way in."""
    table = f"push_notification ({', '.join(columns)})"
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            cursor.executemany(f"INSERT INTO {table} VALUES ({', '.join(['%s'] * len(columns))})", rows)


if __name__ == "__main__":
    main()
