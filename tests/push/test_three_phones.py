"""Three people with a simulated phone each, one online, one away, one offline: when the pushes of one message arrive.

Everything is the product's own: devices and messages come by the API, the clock finds what is due, the pushes travel
over HTTP to the gateway of the same site and on to the sandbox. Only time is moved, and tasks run where they are woken.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from cloud.models import SetupWizardSettings
from cloud.services.connection import connection_save
from push import tasks
from push.models import Device, EndReason, Notification, SandboxPush
from push.worker import clock as clock_module
from push.worker.clock import Clock
from tests.api_client import ApiClient
from tests.factories import RoomFactory, UserFactory, registered
from tests.push.conftest import settings_change
from workspace.models import GeneralSettings, Room, User
from workspace.services.presence import activity_report, client_report

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = ("online", "away", "offline")


@pytest.fixture
def traveller() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(timezone.now(), tick=False) as traveller:
        yield traveller


@pytest.fixture
def room(traveller: time_machine.Traveller) -> Room:
    ana = UserFactory(username="ana", is_superuser=True)
    return RoomFactory(creator=ana, members=[ana, *(UserFactory(username=name) for name in PEOPLE)])


@pytest.fixture
def clock(live_server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    """The worker's clock, on a site that is registered with its own gateway."""
    general = GeneralSettings.stored()
    general.save()
    _workspace, access_token = registered(general.unique_id)
    connection_save(workspace_id="u1", access_token=access_token)
    wizard = SetupWizardSettings.stored()
    wizard.register_server = wizard.privacy_terms_agreed = True
    wizard.save()
    settings_change(gateway=live_server.url)

    def run(task: str) -> bool:
        getattr(tasks, task)()
        return True

    monkeypatch.setattr(clock_module, "enqueue", run)
    clock = Clock()
    yield clock
    clock.stop()


def person(name: str) -> User:
    return User.objects.get(username=name)


def phones_register(room: Room) -> None:
    for name in PEOPLE:
        answer = ApiClient(person(name)).post("push.token", type="gcm", value=f"phone-of-{name}", appName="app")
        assert answer.status_code == 200


def presence_arrange() -> None:
    """Make one user active, one idle for 100 s (away for 40 s), and one offline."""
    now = timezone.now()
    activity_report(user=person("away"), client="page", at=now - timedelta(seconds=100))
    client_report(user=person("away"), client="page")
    activity_report(user=person("online"), client="page")


def post(room: Room) -> None:
    answer = ApiClient(person("ana")).post("chat.postMessage", roomId=room.public_id, text="@all to the stage")
    assert answer.json()["success"], answer.json()


def arrived() -> set[str]:
    """Return the users whose phones show the push."""
    shown = {device.token_digest: device.user.username for device in Device.objects.select_related("user")}
    return {shown[push.token_digest] for push in SandboxPush.objects.all()}


def waits(clock: Clock, traveller: time_machine.Traveller, until: datetime) -> None:
    """Let time pass while the clock runs its checks."""
    traveller.move_to(until)
    clock.tick()


def test_pushes_arrive_after_120_s_after_80_s_and_at_once(
    clock: Clock, traveller: time_machine.Traveller, room: Room
) -> None:
    phones_register(room)
    presence_arrange()
    posted = timezone.now()
    post(room)
    seen: dict[float, set[str]] = {}
    for seconds in (0.6, 79.9, 80, 119.9, 120):
        waits(clock, traveller, posted + timedelta(seconds=seconds))
        seen[seconds] = arrived()
    assert seen == {
        0.6: {"offline"},
        79.9: {"offline"},
        80: {"offline", "away"},
        119.9: {"offline", "away"},
        120: {"offline", "away", "online"},
    }
    assert SandboxPush.objects.count() == len(PEOPLE)


def test_reading_the_room_clears_what_waits(clock: Clock, traveller: time_machine.Traveller, room: Room) -> None:
    phones_register(room)
    presence_arrange()
    posted = timezone.now()
    post(room)
    waits(clock, traveller, posted + timedelta(seconds=60))
    ApiClient(person("online")).post("subscriptions.read", rid=room.public_id)
    for seconds in (80, 120, 300):
        waits(clock, traveller, posted + timedelta(seconds=seconds))
    assert arrived() == {"offline", "away"}
    assert Notification.objects.get(user=person("online"), channel="push").reason == EndReason.CLEARED_BY_READ
