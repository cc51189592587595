"""Responses, logs and the dashboard while the database is unavailable, and its content afterwards."""

from __future__ import annotations

import io
import logging
from collections import Counter
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connection
from django.urls import reverse
from knox.models import AuthToken

from push.models import Decision
from tests.admin_rows import administrator
from tests.api_client import ApiClient
from tests.factories import RoomFactory, UserFactory
from tests.push.streams.conftest import WebProcess, free_port
from tests.push.streams.test_reconnecting import get
from tests.push.streams.test_streams import browser_of
from tests.workspace.database.conftest import Break, full, read_only
from workspace.database.reports import TroubleFilter
from workspace.database.troubles import trouble_of
from workspace.models import Message, Room, User

pytestmark = pytest.mark.django_db(transaction=True)

SENTENCE = "please try again in a few moments"
POSTS = 60


@pytest.fixture
def room() -> Room:
    return RoomFactory(name="ops", members=[UserFactory(username="ana"), UserFactory(username="bob")])


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """The output of the product's handler, without earlier log lines."""
    (handler,) = [known for known in logging.getLogger().handlers if known.name == "console"]
    assert isinstance(handler, logging.StreamHandler)
    filters, handler.filters = handler.filters, [TroubleFilter()]
    written = io.StringIO()
    stream = handler.setStream(written)
    yield written
    handler.setStream(stream)
    handler.filters = filters


@pytest.mark.thorough
def test_clients_are_asked_to_try_again_and_nothing_is_half_written(
    room: Room, unwritable: Break, log: io.StringIO
) -> None:
    ana, answers = ApiClient(User.objects.get(username="ana")), list[Any]()
    with unwritable():
        for number in range(POSTS):
            text = f"@bob {number} {'x' * 4000}"
            answers.append(ana.post("chat.postMessage", roomId=room.public_id, text=text))
    statuses = Counter(answer.status_code for answer in answers)
    assert set(statuses) <= {200, 503}
    assert statuses[503] >= POSTS // 2
    refused = next(answer for answer in answers if answer.status_code == 503)
    assert refused.json()["errorType"] == "error-unavailable"
    assert SENTENCE in refused.json()["error"]
    assert int(refused.headers["Retry-After"]) in (2, 30)
    assert log.getvalue().count("database.unavailable") == 1
    assert "Traceback" not in log.getvalue()

    room.refresh_from_db()
    saved = Message.objects.filter(room=room)
    assert saved.count() == room.messages_count == statuses[200]
    assert all(message.mentions.count() == 1 for message in saved)
    assert Decision.objects.filter(message__in=saved).count() == saved.count()


@pytest.mark.thorough
def test_pages_show_it_in_the_readers_language(room: Room, unwritable: Break) -> None:
    browser = browser_of(User.objects.get(username="ana"))
    browser.raise_request_exception = False
    with unwritable():
        answers = [
            browser.post(reverse("message-send", args=[room.public_id]), {"text": "x" * 4000}) for _number in range(20)
        ]
    page = answers[-1]
    assert page.status_code == 503
    assert SENTENCE in page.content.decode()
    assert page.headers["Retry-After"]


def test_requests_that_only_read_still_work(room: Room) -> None:
    ana = User.objects.get(username="ana")
    client, browser = ApiClient(ana), browser_of(ana)
    client.headers["User-Agent"] = "RC Mobile; iOS"
    AuthToken.objects.update(expiry=None)
    with read_only():
        assert client.get("me").status_code == 200
        assert browser.get("/rooms/").status_code == 200


def test_the_dashboard_has_a_red_line(room: Room) -> None:
    browser = browser_of(administrator())
    assert "cb-alarm" not in browser.get("/admin/").content.decode()
    with read_only():
        assert "The database is read-only, so nothing can be saved." in browser.get("/admin/").content.decode()


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="A full disk cannot be simulated on PostgreSQL.")
def test_the_dashboard_shows_recent_problems(room: Room, log: io.StringIO) -> None:
    ana = ApiClient(User.objects.get(username="ana"))
    with full():
        for _number in range(20):
            ana.post("chat.postMessage", roomId=room.public_id, text="x" * 4000)
    page = browser_of(administrator()).get("/admin/").content.decode()
    assert "The disk of the database is full, so nothing can be saved." in page


@pytest.mark.parametrize("state", ["08006", "57P01", "53300", "53100", "25006", "55P03"])
def test_postgresqls_errors_are_known(state: str) -> None:
    error = OperationalError("x")
    error.__cause__ = psycopg.errors.lookup(state)("x")
    assert trouble_of(error) is not None


def test_other_errors_keep_their_traceback(log: io.StringIO) -> None:
    try:
        raise OperationalError("no such table")
    except OperationalError:
        logging.getLogger("test").exception("It failed.")
    assert "Traceback (most recent call last):" in log.getvalue()


@pytest.mark.processes
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no server.")
def test_a_database_server_that_is_stopped(room: Room) -> None:
    browser = browser_of(User.objects.get(username="ana"))
    values = {**connection.settings_dict, "PORT": free_port()}
    web = WebProcess(DATABASE_URL=f"postgres://{values['USER']}@{values['HOST']}:{values['PORT']}/{values['NAME']}")
    web.wait()
    pages = [get(web, path, browser) for path in ("/rooms/", "/admin/", "/events/", "/rooms/")]
    assert {(page.status, page.retry_after) for page in pages} == {(503, "2")}
    assert all(SENTENCE in page.text for page in pages)
    assert all(page.seconds < 10 for page in pages)
    lines = [line for line in web.log() if "request.finished" not in line]
    assert len([line for line in lines if 'database.unavailable trouble="no connection"' in line]) == 1
    assert len(lines) == 1, lines
