"""Streams of a real web process: delivery, redelivery, and the end of streams."""

from __future__ import annotations

import pytest
from django.test import Client

from push.models import DesktopEvent, DesktopStream
from push.services.fanout import pending_decide
from push.streams import hub
from tests.factories import RoomFactory, UserFactory, message_in
from tests.push.streams.conftest import DEADLINE, Open, WebProcess
from workspace.models import Room, User
from workspace.services.accounts import user_deactivate
from workspace.services.messages import message_edit
from workspace.services.presence import activity_report
from workspace.services.reading import room_mark_read

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]


def browser_of(user: User) -> Client:
    """Return a client with a signed-in user."""
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


@pytest.fixture
def bob() -> User:
    return UserFactory(username="bob")


@pytest.fixture
def room(ana: User, bob: User) -> Room:
    return RoomFactory(name="ops", members=[ana, bob])


def post(room: Room, sender: User, text: str = "@bob look") -> None:
    message_in(room, sender, text)
    pending_decide()


def test_from_beginning_to_end(web: WebProcess, open_stream: Open, room: Room, ana: User, bob: User) -> None:
    """One test for everything, because starting a web process takes seconds."""
    browser = browser_of(bob)
    activity_report(user=bob)
    for headers in ({}, {"Cookie": "sessionid=nobody"}):
        assert open_stream(**headers).response.status == 403
    assert open_stream(browser, **{"Sec-Fetch-Site": "cross-site"}).response.status == 403

    stream = open_stream(browser)
    assert stream.response.headers["Content-Type"] == "text/event-stream"
    _hello, first = stream.until("hello")
    assert stream.until("counters") == ({"unread": 0}, "")
    assert DesktopStream.objects.get().user == bob
    post(room, ana)
    shown, key = stream.until("notification")
    assert (shown["title"], shown["text"]) == ("#ops", "ana: @bob look")
    assert int(key) > int(first)
    assert stream.until("counters")[0] == {"unread": 1}
    room_mark_read(user=bob, room=room)
    assert stream.until("counters")[0] == {"unread": 0}

    stream.close()
    post(room, ana, "@bob while you were away")
    back = open_stream(browser, **{"Last-Event-ID": key})
    shown, _key = back.until("notification")
    assert shown["text"] == "ana: @bob while you were away"
    back.until("counters")

    others = [open_stream(browser) for _number in range(hub.MAX_PER_USER)]
    assert others[-1].response.status == 429

    message_edit(editor=ana, message=room.messages.earliest("pk"), text="@bob never mind")
    assert back.until("change")[0]["text"] == "ana: @bob never mind"

    browser.logout()
    # Checked every ten seconds.
    assert "notification" not in back.end()

    again = open_stream(browser_of(bob))
    again.until("counters")
    user_deactivate(user=bob, by=UserFactory(roles=("admin",), is_superuser=True))
    assert again.until("change")[0]["kind"] == "deactivated"
    assert again.end() == ["counters"]

    again = open_stream(browser_of(ana))
    again.until("counters")
    assert web.stop() in (0, -15)
    assert again.end() == []
    assert web.process.wait(DEADLINE) is not None
    assert DesktopEvent.objects.exists()
