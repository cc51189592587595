"""Measures the dashboard with millions of attempts, next to the same figures computed from the rows themselves.

    DATABASE_URL=postgres://... .venv/bin/python bench/dashboard.py [--attempts 10000000] [--days 60] [--times 20]

It creates its own database (removed at the end; about 400 bytes per attempt) with finished notifications over the days,
four of five with one attempt and the others with two, and computes the statistics of all hours. It prints how long that
took, the response times of the page for each period, the time of the queries that the page would need without hourly
statistics, and how far the estimated percentiles are from the exact ones.
"""

from __future__ import annotations

import argparse
import time
from datetime import datetime

from django.db import connection
from django.test import Client
from django.utils import timezone
from scaffold import analyze, database

from push.models import Attempt, DurationHour, Measure, Notification, OutcomeHour
from push.models.rollups import hour_of, hour_start
from push.selectors.statistics.figures import figures_of
from push.selectors.statistics.periods import Period, period_named
from push.selectors.statistics.totals import Filters
from push.services.rollups import hour_roll_up, hours_roll_up
from push.services.setup.progress import setup_close
from workspace.models import User
from workspace.services.roles import roles_ensure

PERIODS = ("24h", "7d", "30d", "90d")
NAMES = ("sent", "dropped", "failed")

# The tables have no rows to refer to, so foreign keys are not checked while they are filled. A message has 20
# recipients; its decision is written with its first one.
FILL = """
SET session_replication_role = replica;
INSERT INTO push_device (id, public_id, user_id, client_id, name, type, app_name, token, public_key, auth_secret,
    capabilities, token_digest, voip_token, session_digest, disabled_reason, error_answer, error_reason, error_detail,
    registered_at, created_at, updated_at)
SELECT n, 'd' || n, n, '', '', CASE n % 2 WHEN 0 THEN 'apn' ELSE 'gcm' END, 'org.app' || n % 5, n, '', '', '[]', n, '',
    '', '', '', '', '', now(), now(), now()
FROM generate_series(1, 20000) n;
INSERT INTO push_notification (user_id, message_id, room_id, channel, rule, state, reason, created_at, due_at, held_by,
    finished_at)
SELECT 1 + (i / 20 * 7 + i) % 20000, i / 20, i % 500,
    CASE i % 10 WHEN 0 THEN 'email' ELSE 'push' END,
    (ARRAY['mentioned', 'direct_message', 'all_messages', 'here', 'followed_thread', 'highlighted'])[1 + i % 6],
    CASE WHEN i % 100 < 75 THEN 'sent' WHEN i % 100 < 98 THEN 'dropped' ELSE 'failed' END,
    CASE WHEN i % 100 < 75 THEN '' WHEN i % 100 < 90 THEN 'cleared_by_read' WHEN i % 100 < 98 THEN 'connected'
        ELSE 'gave_up' END,
    at, at + delay, '', at + delay + lag
FROM (
    SELECT i, %(now)s - make_interval(secs => %(seconds)s * (1 - i::float8 / %(rows)s) + 600) AS at,
        CASE i % 4 WHEN 0 THEN interval '120 seconds' ELSE interval '0' END AS delay,
        make_interval(secs => exp(-2.5 + 0.7 * sqrt(-2 * ln(1 - random())) * cos(6.2831853 * random()))) AS lag
    FROM generate_series(0, %(rows)s - 1) i
) rows;
INSERT INTO push_decision (message_id, event, accepted_at, decided_at, counts, facts, failures)
SELECT message_id, 'posted', created_at - interval '10 milliseconds', created_at, '{}', '{}', 0
FROM push_notification WHERE id %% 20 = 1;
INSERT INTO push_attempt (notification_id, device_id, number, claimed_by, answer, route, reason, detail, started_at,
    finished_at, received_at)
SELECT id, CASE channel WHEN 'push' THEN user_id END, number, '',
    CASE WHEN number = 2 OR id %% 50 > 1 THEN 'accepted' WHEN id %% 50 = 0 THEN 'dead' ELSE 'retry' END,
    CASE channel WHEN 'push' THEN (ARRAY['gateway', 'apple', 'google'])[1 + user_id %% 3] ELSE '' END,
    CASE WHEN number = 2 OR id %% 50 > 1 THEN '' ELSE 'Unregistered' END, '', finished_at, finished_at,
    CASE WHEN id %% 3 = 0 THEN finished_at + interval '1 second' END
FROM push_notification, generate_series(1, CASE id %% 5 WHEN 0 THEN 2 ELSE 1 END) number;
SET session_replication_role = DEFAULT;
"""

# What the page would ask without hourly statistics; the second parameter is the beginning of the period.
NAIVE = (
    "SELECT date_trunc('hour', finished_at) AS hour, state, count(*) FROM push_notification"
    " WHERE finished_at >= %s GROUP BY 1, 2",
    "SELECT channel, state, rule, reason, count(*) FROM push_notification WHERE finished_at >= %s GROUP BY 1, 2, 3, 4",
    "SELECT date_trunc('hour', n.finished_at), percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP"
    " (ORDER BY extract(epoch FROM n.finished_at - d.accepted_at)), percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP"
    " (ORDER BY extract(epoch FROM n.finished_at - n.due_at)) FROM push_notification n"
    " JOIN push_decision d ON d.message_id = n.message_id WHERE n.finished_at >= %s AND n.state = 'sent' GROUP BY 1",
    "SELECT a.route, v.app_name, a.answer, a.reason, count(*), count(a.received_at) FROM push_attempt a"
    " JOIN push_notification n ON n.id = a.notification_id LEFT JOIN push_device v ON v.id = a.device_id"
    " WHERE n.finished_at >= %s GROUP BY 1, 2, 3, 4",
)


def fill(attempts: int, days: int, now: datetime) -> None:
    """Fill the tables."""
    roles_ensure()
    values = {"now": now, "seconds": days * 86_400, "rows": attempts * 5 // 6}
    with connection.cursor() as cursor:
        for statement in FILL.split(";\n"):
            if statement.strip():
                text = statement if "%(" in statement else statement.replace("%%", "%").replace("%", "%%")
                cursor.execute(text.replace(" % ", " %% "), values)
    analyze()


def roll_up(now: datetime) -> tuple[float, float]:
    """Compute the statistics of all hours; return how long (seconds) that, and one full hour, took."""
    begun = time.perf_counter()
    while not hours_roll_up(seconds=60):
        pass
    taken = time.perf_counter() - begun
    analyze()
    begun = time.perf_counter()
    hour_roll_up(hour=hour_of(now) - 5, token="")
    return taken, time.perf_counter() - begun


def naive(period: Period) -> float:
    """Return how long (seconds) the queries over the rows take."""
    begun = time.perf_counter()
    with connection.cursor() as cursor:
        for statement in NAIVE:
            cursor.execute(statement, [hour_start(period.begin)])
            cursor.fetchall()
    return time.perf_counter() - begun


def errors(period: Period) -> list[tuple[str, float, float]]:
    """Return the exact and the estimated percentiles of the period."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY extract(epoch FROM finished_at - due_at))"
            " FROM push_notification WHERE finished_at >= %s AND finished_at < %s AND state = 'sent'",
            [hour_start(period.begin), hour_start(period.end)],
        )
        exact = cursor.fetchone()[0]
    current = figures_of(period, Filters()).current
    estimates = [current.percentile(Measure.LATENESS, share) or 0.0 for share in (0.5, 0.95)]
    return list(zip(("p50", "p95"), exact, estimates, strict=True))


def measure(client: Client, address: str, times: int) -> tuple[float, float]:
    """Return the median and the 95th percentile of a page's response time (ms)."""
    client.get(address)
    taken = []
    for _time in range(times):
        begun = time.perf_counter()
        assert client.get(address).status_code == 200, address
        taken.append((time.perf_counter() - begun) * 1000)
    return sorted(taken)[times // 2], sorted(taken)[int(times * 0.95)]


def main() -> None:
    """Fill the database and measure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--attempts", type=int, default=10_000_000)
    parser.add_argument("--days", type=int, default=60)
    parser.add_argument("--times", type=int, default=20)
    options = parser.parse_args()
    if connection.vendor != "postgresql":
        parser.error("set DATABASE_URL to a PostgreSQL database")
    now = timezone.now()
    with database():
        begun = time.perf_counter()
        fill(options.attempts, options.days, now)
        print(
            f"{Attempt.objects.count()} attempts of {Notification.objects.count()} notifications, filled in "
            f"{time.perf_counter() - begun:.0f} s",
            flush=True,
        )
        taken, hour = roll_up(now)
        print(
            f"all hours computed in {taken:.1f} s, one hour in {hour * 1000:.0f} ms; rows: "
            f"{OutcomeHour.objects.count()} outcomes, {DurationHour.objects.count()} durations",
            flush=True,
        )
        setup_close()
        boss = User.objects.create(username="boss", is_superuser=True, is_staff=True)
        client = Client(SERVER_NAME="127.0.0.1")
        client.force_login(boss, backend="workspace.authentication.NameOrEmailBackend")
        print("period: page p50 ms, p95 ms, queries over the rows ms")
        for name in PERIODS:
            period = period_named(name, now=now, zone=timezone.get_current_timezone())
            middle, slow = measure(client, f"/admin/?period={name}", options.times)
            print(f"{name:5} {middle:8.0f} {slow:8.0f} {naive(period) * 1000:10.0f}", flush=True)
        day = period_named("7d", now=now, zone=timezone.get_current_timezone())
        for share, exact, estimate in errors(day):
            print(f"lateness {share}: exact {exact * 1000:.1f} ms, estimate {estimate * 1000:.1f} ms")


if __name__ == "__main__":
    main()
