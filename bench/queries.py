"""Counts the queries of a worker for each pushed notification, from claiming a batch of 100 to recording the answers.

    [DATABASE_URL=postgres://...] .venv/bin/python bench/queries.py

Statements that only begin or end a transaction are not counted, nor are settings, which are read once a second.
"""

from __future__ import annotations

from datetime import timedelta

from scaffold import database, gateway, items_queue, room_fill

# isort: split
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from push.models import Notification
from push.sending.dispatching import due_dispatch
from workspace.setting_groups import base as setting_groups

BATCH = 100
TRANSACTIONS = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
# The first statement of a claim, and the last one of a record.
CLAIM = 'SELECT "push_notification"."user_id"'
RECORD = 'DELETE FROM "push_claimeditem"'


def main() -> None:
    setting_groups.CACHE_SECONDS = 3600.0
    with database():
        room = room_fill(BATCH)
        with gateway():
            for _round in range(2):
                items_queue(room, messages=1, due_at=lambda _number: timezone.now() - timedelta(seconds=1))
                with CaptureQueriesContext(connection) as captured:
                    while Notification.objects.filter(finished_at=None).exists():
                        due_dispatch()
        statements = [query["sql"] for query in captured.captured_queries]
        counted = [sql for sql in statements if not sql.startswith(TRANSACTIONS)]
        first = next(place for place, sql in enumerate(counted) if sql.startswith(CLAIM))
        last = max(place for place, sql in enumerate(counted) if sql.startswith(RECORD))
        # The question whether leases have expired is a part of the claim.
        number = last - first + 2
        print(f"{connection.vendor}: queries for {BATCH} pushes, for each: {number}, {number / BATCH:.2f}")


if __name__ == "__main__":
    main()
