"""Many pages that reconnect at once to a web process with few database connections, and failures in between."""

from __future__ import annotations

import http.client
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import NamedTuple

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client

from push.models import DesktopEvent, DesktopStream
from push.streams import hub
from tests.factories import UserFactory
from tests.push.streams.conftest import DEADLINE, EventStream, Open, WebProcess
from tests.push.streams.test_streams import browser_of
from tests.waiting import wait_until
from workspace.models import GeneralSettings, User

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

PAGES = 40


@contextmanager
def writing_blocked() -> Iterator[None]:
    """Block other writers within the context: of stream rows on PostgreSQL, of all rows on SQLite."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(f"LOCK TABLE {DesktopStream._meta.db_table} IN EXCLUSIVE MODE")
        yield


class Answer(NamedTuple):
    status: int
    retry_after: str | None
    text: str
    seconds: float


def get(web: WebProcess, path: str, browser: Client) -> Answer:
    """Return the response to a request, and its duration in seconds."""
    begun = time.monotonic()
    with closing(http.client.HTTPConnection("127.0.0.1", web.port, timeout=DEADLINE)) as asked:
        asked.request("GET", path, headers={"Cookie": f"{settings.SESSION_COOKIE_NAME}={browser.session.session_key}"})
        answer = asked.getresponse()
        text = answer.read().decode()
        return Answer(answer.status, answer.headers["Retry-After"], text, time.monotonic() - begun)


def test_many_pages_reconnect_at_once(web: WebProcess, open_stream: Open) -> None:
    """More concurrent requests than connections; none may wait for another one's connection."""
    users = [UserFactory() for _number in range(PAGES)]
    last = DesktopEvent.objects.create(user=users[0])
    DesktopEvent.objects.create(user=users[0])
    browsers = [browser_of(user) for user in users]
    together = threading.Barrier(PAGES)

    def reconnect(browser: Client) -> EventStream:
        together.wait()
        return open_stream(browser, **{"Last-Event-ID": str(last.pk)})

    with ThreadPoolExecutor(PAGES) as threads:
        streams = list(threads.map(reconnect, browsers))
    assert Counter(stream.response.status for stream in streams) == {200: PAGES}
    for stream in streams:
        assert stream.until("counters") == ({"unread": 0}, "")
    assert DesktopStream.objects.count() == PAGES


def test_a_stream_that_failed_to_open_does_not_count(web: WebProcess, open_stream: Open) -> None:
    browser = browser_of(UserFactory())
    with writing_blocked(), ThreadPoolExecutor(hub.MAX_PER_USER) as threads:
        failed = list(threads.map(lambda _number: open_stream(browser), range(hub.MAX_PER_USER)))
    assert {stream.response.status for stream in failed} == {503}
    assert failed[0].response.headers["Retry-After"] == "2"
    streams = [open_stream(browser) for _number in range(hub.MAX_PER_USER)]
    assert {stream.response.status for stream in streams} == {200}
    assert open_stream(browser).response.status == 429


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no pool of connections.")
def test_an_exhausted_pool_gives_an_immediate_response(web: WebProcess) -> None:
    browser = browser_of(UserFactory())
    with transaction.atomic(), ThreadPoolExecutor(4) as threads:
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {User._meta.db_table}, {GeneralSettings._meta.db_table}")
        held = [threads.submit(get, web, "/rooms/", browser) for _number in range(4)]
        wait_until(lambda: locks_awaited() >= 4)
        page = get(web, "/rooms/", browser)
        assert (page.status, page.retry_after) == (503, "2")
        assert "please try again in a few moments" in page.text
        # Two seconds on an idle machine.
        assert page.seconds < 10
        # Waiting for a lock has a time limit, too.
        assert {future.result().status for future in held} == {503}


def locks_awaited() -> int:
    """Return how many statements are waiting for a lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return int(cursor.fetchone()[0])
