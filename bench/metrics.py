"""Measures a scrape of the metrics while many notifications wait, and the queries that take the longest.

    [DATABASE_URL=postgres://...] .venv/bin/python bench/metrics.py [--waiting 300000] [--times 40]

Half of the notifications are due. Prints the median, the 99th percentile and the least elapsed time of a scrape, then
those of the queries that take the longest.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from scaffold import analyze, database, items_queue_many, percentiles, room_fill

from push.monitoring.gauges import readings
from workspace.monitoring.metrics.scrape import scrape

MEMBERS = 1000


def main() -> None:
    """Queue the notifications and measure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--waiting", type=int, default=300_000)
    parser.add_argument("--times", type=int, default=40)
    options = parser.parse_args()
    with database():
        room, now = room_fill(MEMBERS), timezone.now()
        half = options.waiting // MEMBERS // 2
        waiting = items_queue_many(room, messages=half, due_at=now - timedelta(minutes=5))
        waiting += items_queue_many(room, messages=half, due_at=now + timedelta(hours=1))
        analyze()
        scrape()
        taken: list[float] = []
        by_query: defaultdict[str, list[float]] = defaultdict(list)
        for _time in range(options.times):
            begun = time.perf_counter()
            scrape()
            taken.append((time.perf_counter() - begun) * 1000)
            with CaptureQueriesContext(connection) as queries:
                list(readings())
            for query in queries:
                by_query[" ".join(query["sql"].split("WHERE"))[:110]].append(float(query["time"]) * 1000)
        middle, slow = percentiles(taken)
        print(f"{connection.vendor}, {waiting} waiting, p50, p99, least ms: {middle:.1f} {slow:.1f} {min(taken):.1f}")
        for text, times in sorted(by_query.items(), key=lambda item: -sum(item[1]))[:8]:
            middle, slow = percentiles(times)
            print(f"{middle:7.1f} {slow:7.1f} {min(times):7.1f}  {text}")


if __name__ == "__main__":
    main()
