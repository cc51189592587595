"""Measures the queue: claims, dispatch, lateness, latency, and recovery from kills.

    [DATABASE_URL=postgres://...] [REDIS_URL=redis://...] .venv/bin/python bench/dispatch.py claims 10000 100000 1000000
    [ANSWER_SECONDS=0.02] [WORKERS=1] ... bench/dispatch.py dispatch
                                       pushes per second with one and two workers, compared with only sending them
    ... bench/dispatch.py lateness     delay of due items while 100,000 items wait, compared with a queue without them
    ... bench/dispatch.py latency      from accepting a message to the gateway, compared with a single process
    ... bench/dispatch.py storm [30 [20]]
                                       after this many kills of a worker under load (20 messages to 4,000 users),
                                       without vacuum: how fast the queue drains, compared with before; dead rows

Each command creates its own database, removes it at the end, and prints a ratio to a baseline.
"""

from __future__ import annotations

import argparse
import os
import random
import time
from datetime import datetime, timedelta
from typing import IO

from scaffold import (
    analyze,
    database,
    gateway,
    items_queue,
    items_queue_many,
    percentiles,
    room_fill,
    worker_kill,
    worker_start,
    workers,
)

# isort: split
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Min
from django.utils import timezone
from django_q.models import OrmQ

from push.http.engine import Engine
from push.models import Notification
from push.providers.gateway.transport import GatewayPush, gateway_send
from push.selectors.routes import gateway_current
from push.sending.claiming import users_claim
from push.sending.dispatching import due_dispatch
from push.services.fanout import pending_decide
from workspace.models import Room
from workspace.services.messages import message_post

CLAIMS = 100
# Each claim is rolled back and leaves dead row versions. This limits their number to that of the waiting rows.
CLAIMS_UNTIL_VACUUM = 5
CLAIMED_USERS = 200
ITEMS_EACH = 10
USERS = 1_000
DISPATCH_USERS = 4_000
# The gateway's response time in seconds: 0, or that of a real gateway.
ANSWER_SECONDS = float(os.environ.get("ANSWER_SECONDS", "0"))
LATE_ITEMS = 100
MESSAGES = 15
# A short lease, so that a killed worker's items return to the queue while the others are being killed.
STORM_WORKER = {"CLAIM_LEASE": "2", "WORKERS": "1"}
# A worker is killed at a random time within this many seconds after it has sent something.
KILLED_WITHIN = 0.5
STATISTICS_SECONDS = 1.5
PAUSE_SECONDS = 0.3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("figure", choices=["claims", "dispatch", "lateness", "latency", "storm"])
    parser.add_argument("sizes", nargs="*", type=int)
    arguments = parser.parse_args()
    with database():
        globals()[arguments.figure](arguments.sizes)


def claims(sizes: list[int]) -> None:
    """Measure claims of 200 users with ten items each, from queues of these sizes.

    Each message is queued for all users before the next one, so a user's items are far apart, as when messages
    come over time.
    """
    queued, first, users = 0, 0.0, list[int]()
    print(f"{connection.vendor}, {buffers()}: waiting items, MB, p50 ms, p99 ms, ratio of p50 to the first")
    for size in sizes or [10_000, 100_000]:
        room = room_fill((size - queued) // ITEMS_EACH)
        queued += items_queue_many(room, messages=ITEMS_EACH, due_at=timezone.now() + timedelta(days=1))
        users += room.subscriptions.exclude(user=room.creator).values_list("user_id", flat=True)
        times = []
        for number in range(CLAIMS):
            if number % CLAIMS_UNTIL_VACUUM == 0:
                analyze()
            times.append(claim_time(random.sample(users, CLAIMED_USERS)) * 1000)
        median, worst = percentiles(times)
        first = first or median
        print(f"{queued:,}, {queue_megabytes():.0f}, {median:.1f}, {worst:.1f}, {median / first:.2f}", flush=True)


def buffers() -> str:
    """Return the size of the database's buffers."""
    if connection.vendor != "postgresql":
        return "no buffers of its own"
    with connection.cursor() as cursor:
        cursor.execute("SHOW shared_buffers")
        return f"shared_buffers {cursor.fetchone()[0]}"


def queue_megabytes() -> float:
    """Return the size of the queue with its indexes; 0 if the database does not report it."""
    if connection.vendor != "postgresql":
        return 0.0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_total_relation_size(%s)", [Notification._meta.db_table])
        size: int = cursor.fetchone()[0]
    return size / 2**20


def claim_time(users: list[int]) -> float:
    """Make one item of each user due and return how long their claim takes; then undo the changes."""
    with transaction.atomic():
        heads = Notification.objects.filter(user__in=users).values("user").annotate(first=Min("pk")).values("first")
        Notification.objects.filter(pk__in=heads).update(due_at=timezone.now())
        started = time.perf_counter()
        claim = users_claim(limit=CLAIMED_USERS, now=timezone.now())
        taken = time.perf_counter() - started
        assert claim
        transaction.set_rollback(True)
    return taken


def dispatch(sizes: list[int]) -> None:
    """Measure how long workers take to send due items, from the first push to the last."""
    room, messages = room_fill(DISPATCH_USERS), (sizes or [10])[0]
    with gateway(f"delay={ANSWER_SECONDS}") as _told:
        alone = only_sending(DISPATCH_USERS * messages)
        print(f"{connection.vendor}: workers, pushes per second, ratio to one, ratio to only sending ({alone:,.0f}/s)")
        first = 0.0
        for count in (1, 2):
            items = items_queue(room, messages=messages, due_at=lambda _number: timezone.now())
            with workers(count):
                wait_until_sent()
            rows = Notification.objects.order_by("-pk")[:items]
            rate = rate_of([row.finished_at for row in rows if row.finished_at])
            first = first or rate
            print(f"{count}, {rate:,.0f}, {rate / first:.2f}, {rate / alone:.2f}", flush=True)


def rate_of(times: list[datetime]) -> float:
    """Return how many items ended per second.

    The first and last tenth are left out, because workers do not start and end at the same time.
    """
    finished, tenth = sorted(times), len(times) // 10
    return (len(finished) - 2 * tenth) / (finished[-tenth - 1] - finished[tenth]).total_seconds()


def only_sending(count: int) -> float:
    """Return how many pushes per second the HTTP engine alone sends in one process."""
    route, engine = gateway_current(), Engine()
    push = GatewayPush(service="apn", token="0" * 64, options={"text": "Hello", "title": "#bench", "badge": 1})
    started = time.perf_counter()
    gateway_send([push] * count, route=route, engine=engine)  # type: ignore[arg-type]
    return count / (time.perf_counter() - started)


def wait_until_sent() -> None:
    while Notification.objects.filter(finished_at=None).exists():
        time.sleep(0.2)


def storm(sizes: list[int]) -> None:
    """Compare how fast the queue drains after its worker was killed repeatedly with how fast it drained before."""
    kills, messages = (*sizes, *(30, 20)[len(sizes) :])[:2]
    room = room_fill(DISPATCH_USERS)
    with gateway(f"delay={ANSWER_SECONDS}") as _told:
        vacuum_disable()
        items_queue(room, messages=max(1, messages // 2), due_at=lambda _number: timezone.now())
        with workers(1, **STORM_WORKER):
            wait_until_sent()
        before = rate_of(list(Notification.objects.values_list("finished_at", flat=True)))
        items = items_queue(room, messages=messages, due_at=lambda _number: timezone.now())
        updates = queue_statistic("n_tup_upd")
        for _kill in range(kills):
            worker = worker_start(**STORM_WORKER)
            wait_until_sending()
            time.sleep(random.uniform(0, KILLED_WITHIN))
            worker_kill(worker)
        left = list(Notification.objects.filter(finished_at=None).values_list("pk", flat=True))
        dead = queue_statistic("n_dead_tup")
        # The leases of killed workers must expire first, independent of the length of the queue.
        time.sleep(int(STORM_WORKER["CLAIM_LEASE"]))
        with workers(1, **STORM_WORKER):
            # The baseline rate does not include the start of a worker either.
            wait_until_sending()
            started = time.monotonic()
            wait_until_sent()
            taken = time.monotonic() - started
    remaining, ended = set(left), Notification.objects.filter(pk__gte=min(left))
    after = rate_of([at for key, at in ended.values_list("pk", "finished_at") if at and key in remaining])
    failed = Notification.objects.filter(reason="worker_lost").count()
    updates = queue_statistic("n_tup_upd") - updates
    print(f"{connection.vendor}, {kills} kills, {items:,} items, {len(left):,} of them left, without vacuum")
    print(f"pushes per second before, after, ratio: {before:,.0f}, {after:,.0f}, {after / before:.2f} (aim: 0.80)")
    undisturbed = len(left) / before
    print(
        f"seconds until empty, undisturbed, ratio: {taken:.1f}, {undisturbed:.1f}, {taken / undisturbed:.2f} (aim: 2)"
    )
    print(f"dead rows per item after the kills: {dead / items:.2f}; updates of a row: {updates / items:.2f} (aim: 3)")
    print(f"given up: {failed}", flush=True)


def wait_until_sending() -> None:
    """Wait until an item ends; no other process ends items meanwhile."""
    waiting = Notification.objects.filter(finished_at=None)
    before = waiting.count()
    while waiting.count() == before:
        time.sleep(0.02)


def vacuum_disable() -> None:
    """Turn off PostgreSQL's autovacuum for all tables."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for table in connection.introspection.table_names(cursor):
                cursor.execute(f"ALTER TABLE {connection.ops.quote_name(table)} SET (autovacuum_enabled = off)")


def queue_statistic(name: str) -> int:
    """Return one of PostgreSQL's statistics of the queue's table; 0 if there is none."""
    if connection.vendor != "postgresql":
        return 0
    # Sessions report their statistics within a second.
    time.sleep(STATISTICS_SECONDS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {name} FROM pg_stat_user_tables WHERE relname = %s",
            [Notification._meta.db_table],
        )
        figure: int = cursor.fetchone()[0]
    return figure


def lateness(sizes: list[int]) -> None:
    """Compare items' due times with their arrival at the gateway, with and without a long queue behind them."""
    waiting = (sizes or [100_000])[0]
    room = room_fill(USERS)
    print(f"{connection.vendor}: waiting items, p50 ms, p99 ms, ratio of p50 to none waiting")
    with gateway("tell") as lines:
        first = 0.0
        for messages in (0, waiting // USERS):
            queued = items_queue_many(room, messages=messages, due_at=timezone.now() + timedelta(days=1))
            with workers(1):
                median, worst = percentiles(lateness_of_some(lines))
            first = first or median
            print(f"{queued:,}, {median:.0f}, {worst:.0f}, {median / first:.2f}", flush=True)


def lateness_of_some(lines: IO[str]) -> list[float]:
    """Return how many milliseconds after its due time each of some items (one per member) reached the gateway."""
    room = room_fill(LATE_ITEMS)
    members = list(room.subscriptions.exclude(user=room.creator).order_by("pk").values_list("user_id", flat=True))
    start, begun = timezone.now() + timedelta(seconds=3), time.monotonic() + 3
    items_queue(room, messages=1, due_at=lambda number: start + timedelta(seconds=number / 20))
    times = []
    for _item in range(LATE_ITEMS):
        arrived, token, _text = lines.readline().split(" ", 2)
        times.append((float(arrived) - begun - members.index(int(token, 16)) / 20) * 1000)
    return times


def latency(_sizes: list[int]) -> None:
    """Compare the time from a message to its push in an idle installation with doing everything in one process."""
    room = room_fill(1)
    with gateway("tell") as lines:
        alone = [message_time(room, lines, number, is_alone=True) for number in range(MESSAGES)]
        with workers(1):
            waited = [message_time(room, lines, number, is_alone=False) for number in range(MESSAGES)]
    print(f"{connection.vendor}, {settings.Q_CLUSTER['broker_class']}: p50 ms, p99 ms, ratio to one process")
    for times in (alone, waited):
        median, worst = percentiles(times)
        print(f"{median:.0f}, {worst:.0f}, {median / percentiles(alone)[0]:.2f}", flush=True)


def message_time(room: Room, lines: IO[str], number: int, *, is_alone: bool) -> float:
    """Post a message and return the milliseconds until its push reached the gateway."""
    time.sleep(PAUSE_SECONDS)
    started = time.monotonic()
    message_post(sender=room.creator, room=room, text=f"@member0 {number}")
    if is_alone:
        OrmQ.objects.all().delete()
        pending_decide()
        due_dispatch()
    return (float(lines.readline().split()[0]) - started) * 1000


if __name__ == "__main__":
    main()
