"""Measures the cost of deciding one message, compared with the cost of only writing its notifications.

    [DATABASE_URL=postgres://...] .venv/bin/python bench/fanout.py 1000 10000

It creates its own database (with the name of the test database, removed at the end), fills a channel with members of
different presence, devices, addresses and preferences, posts a message and decides it for all three channels. The
written rows are then deleted and written again in the fastest way from Python: COPY on PostgreSQL,
`executemany` on SQLite. The ratio is the cost of a decision divided by the cost of only writing the rows. It also
measures the process's memory growth during the decision (Linux only; includes SQLite), and the time for
deciding a mention of two members if the default is Mentions, some members chose otherwise (none All messages), and
a tenth have a highlight word; and then for counting all others by reason. Finally, it measures `chat.postMessage`
over the API in each room in turn, compared with a room of ten. Every figure is the median of
several runs.
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

from preferences.models import AccountPreferences, AccountsSettings, HighlightWord, Level, RoomPreferences
from push.models import Decision, Device, Notification
from push.services.fanout import pending_decide, remainder_count
from workspace.models import EmailAddress, GeneralSettings, Presence, Room, Subscription, User
from workspace.services.messages import message_post
from workspace.services.roles import roles_ensure
from workspace.services.sign_in import sign_in

RUNS = 3
SMALL = 10
POSTS = 30
STATUS = Path("/proc/self/status")
PEAK_RESET = Path("/proc/self/clear_refs")
LEVELS = ("", *Level.values)
Row = tuple[Any, ...]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("members", nargs="*", type=int, default=[1_000, 10_000])
    sizes = parser.parse_args().members
    if connection.vendor == "sqlite":
        # The tests' in-memory database would count towards the process's memory.
        connection.settings_dict["TEST"]["NAME"] = str(Path(os.environ["DATA_DIR"]) / "bench.sqlite3")
    databases = setup_databases(verbosity=0, interactive=False)
    settings.ALLOWED_HOSTS = ["testserver"]
    roles_ensure()
    try:
        print(
            f"{connection.vendor}: members, rows, decision s, {baseline_name()} s, ratio, MB grown,"
            " mention ms, mention × driver, count s"
        )
        rooms = [room_fill(SMALL)]
        for members in sizes:
            rooms.append(room_fill(members))
            print(*measure(*rooms[-1], members), sep=", ", flush=True)
        print("members, post ms, ratio")
        for line in posting(rooms):
            print(*line, sep=", ", flush=True)
    finally:
        teardown_databases(databases, verbosity=0)


def measure(sender: User, room: Room, members: int) -> tuple[str, ...]:
    """Return one line of figures for a room of this size."""
    message_post(sender=sender, room=room, text="Lunch is ready")
    undecide()
    grown = growth(pending_decide)
    columns, rows = rows_written()
    decisions, baselines = [], []
    for _run in range(RUNS):
        decisions.append(timed(pending_decide, prepare=undecide))
        baselines.append(timed(lambda: rows_write(columns, rows), prepare=notifications_forget))
    decision, baseline = median(decisions), median(baselines)
    notifications_forget()
    mention, count = mention_time(sender, room, members)
    alone = mention_baseline(room, members)
    figures = f"{members:,}", f"{len(rows):,}", f"{decision:.3f}", f"{baseline:.3f}", f"{decision / baseline:.2f}"
    return *figures, f"{grown:.1f}", f"{mention * 1000:.1f}", f"{mention / alone:.2f}", f"{count:.3f}"


def growth(work: Callable[[], Any]) -> float:
    """Return the process's peak memory growth during the work, in MB."""
    PEAK_RESET.write_text("5")
    before = status_megabytes("VmRSS")
    work()
    return max(0.0, status_megabytes("VmHWM") - before)


def status_megabytes(name: str) -> float:
    """Return one of the kernel's figures about this process."""
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith(f"{name}:"))
    return int(line.split()[1]) / 1024


def posting(rooms: Sequence[tuple[User, Room]]) -> Iterable[tuple[str, ...]]:
    """Yield the response time of `chat.postMessage` for each room; the worker would decide the message."""
    times: list[list[float]] = [[] for _room in rooms]
    posts = [poster(sender, room) for sender, room in rooms]
    for number in range(POSTS + 3):
        for place, post in enumerate(posts):
            taken = timed(post, prepare=cache.clear)
            if number >= 3:
                times[place].append(taken)
    Decision.objects.update(decided_at=timezone.now())
    medians = [median(taken) for taken in times]
    for (_sender, room), taken in zip(rooms, medians, strict=True):
        yield f"{room.members_count - 1:,}", f"{taken * 1000:.1f}", f"{taken / medians[0]:.2f}"


def poster(sender: User, room: Room) -> Callable[[], None]:
    """Return a function that posts one message in the room."""
    client = Client(headers={"X-Auth-Token": sign_in(user=sender), "X-User-Id": sender.public_id})
    body = {"roomId": room.public_id, "text": "Lunch is ready"}

    def post() -> None:
        response = client.post("/api/v1/chat.postMessage", body, content_type="application/json")
        assert response.status_code == 200, response.content

    return post


def mention_time(sender: User, room: Room, members: int) -> tuple[float, float]:
    """Return the time for deciding a mention of two members if the default is Mentions.

    Also returns the time for counting all others by reason.
    """
    accounts = AccountsSettings.stored()
    accounts.desktop = accounts.push = accounts.email = Level.MENTIONS
    accounts.save()
    for model in (AccountPreferences, RoomPreferences):
        model._default_manager.filter(push=Level.ALL).update(push=Level.MENTIONS)
    tidy()
    text = f"@member{members}-1 and @member{members}-{members // 2}, look"

    def mention() -> None:
        Decision.objects.update(decided_at=timezone.now(), position=None)
        message_post(sender=sender, room=room, text=text)

    mentions = [timed(pending_decide, prepare=mention) for _run in range(POSTS)]
    counts = [timed(remainder_count, prepare=lambda: (mention(), pending_decide())) for _run in range(RUNS)]
    return median(mentions), median(counts)


def mention_baseline(room: Room, members: int) -> float:
    """Return the time of one indexed `SELECT` of the two members and one `INSERT` of the mention's rows."""
    columns = [field.column for field in Notification._meta.concrete_fields if not field.primary_key]
    message = Notification.objects.latest("pk").message_id
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(columns)} FROM push_notification WHERE message_id = %s", [message])
        rows = cursor.fetchall()
    values = [value for row in rows for value in row]
    places = ", ".join([f"({', '.join(['%s'] * len(columns))})"] * len(rows))
    find = (
        "SELECT member.id FROM workspace_user member JOIN workspace_subscription held ON held.user_id = member.id"
        " WHERE member.username IN (%s, %s) AND held.room_id = %s"
    )
    names = [f"member{members}-1", f"member{members}-{members // 2}"]

    def write() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(find, [*names, room.pk])
            assert len(cursor.fetchall()) == len(names)
            cursor.execute(f"INSERT INTO push_notification ({', '.join(columns)}) VALUES {places}", values)

    def forget() -> None:
        Notification.objects.filter(message=message).delete()

    return median(timed(write, prepare=forget) for _run in range(POSTS))


def room_fill(members: int) -> tuple[User, Room]:
    """Return a sender, and a channel without a size limit that has the sender and this many members."""
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
    create(HighlightWord(user=user, word=user.username, folded=user.username) for user in users[::10])
    create(
        RoomPreferences(subscription=subscription, room=room, push=random.choice(LEVELS))
        for subscription in subscriptions
        if random.random() < 0.05
    )
    tidy()
    return sender, room


def tidy() -> None:
    """Update the database's statistics, as autovacuum would after a while."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def create(rows: Iterable[models.Model]) -> list[Any]:
    """Store the rows, many at a time."""
    instances = list(rows)
    return type(instances[0])._default_manager.bulk_create(instances, batch_size=5_000)


def timed(work: Callable[[], Any], *, prepare: Callable[[], Any]) -> float:
    """Return how many seconds the work takes, without the preparation."""
    prepare()
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def notifications_forget() -> None:
    """Remove all notifications, so that the table is like new; none has an attempt."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE push_notification CASCADE")
    else:
        Notification.objects.all()._raw_delete(Notification.objects.db)


def undecide() -> None:
    """Mark the last message as undecided."""
    notifications_forget()
    Decision.objects.filter(pk=Decision.objects.latest("pk").pk).update(decided_at=None, position=None)


def rows_written() -> tuple[list[str], list[Row]]:
    """Return the columns and rows that the decision wrote, as the database driver returns them, without their keys."""
    columns = [field.column for field in Notification._meta.concrete_fields if not field.primary_key]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(columns)} FROM push_notification")
        return columns, cursor.fetchall()


def baseline_name() -> str:
    """Return the name of the method that writes the rows for comparison."""
    return "COPY" if connection.vendor == "postgresql" else "executemany"


def rows_write(columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Write the rows with the database's fastest method."""
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
