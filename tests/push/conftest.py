"""Shared fixtures: a fake gateway, devices, and queued items."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from cloud.models import SetupWizardSettings
from cloud.services.connection import connection_save
from push.models import Channel, ClaimedItem, Device, Lease, Notification, PushSettings, VapidKeys
from push.sending import answer_inbox, dispatching, remove_shown
from push.sending.carriers import Carriers
from push.sending.late_answers import LateAnswers
from push.services import clock_jumps
from push.services.devices import SubscriptionKeys, device_register
from tests.factories import DeviceFactory, RoomFactory, UserFactory, message_in
from tests.fakes.gateway import FakeGateway
from tests.fakes.webpush import FakePushService
from tests.push.demo import Demo
from workspace.models import Message, Room, User
from workspace.services.rooms import members_add

ACCESS_TOKEN = "workspace-access-token"


@pytest.fixture(autouse=True)
def _travel_is_the_passing_of_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make time travel in tests count as passing time, not as a change of the system clock."""
    monkeypatch.setattr(clock_jumps, "JUMP_SECONDS", float("inf"))


@pytest.fixture(autouse=True)
def _carriers_end() -> Iterator[None]:
    """Stop threads and close connections after each test."""
    yield
    Carriers.current().close()
    LateAnswers.current().wait()
    # Threads that ask the cloud for access tokens read the database, too.
    for thread in threading.enumerate():
        if thread.name == "push-access":
            thread.join()


@pytest.fixture(autouse=True)
def _answers_awaited(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a run wait for its responses even on a slow machine, so that tests can check the results."""
    for module in (dispatching, remove_shown):
        monkeypatch.setattr(module, "LATE_SECONDS", 60.0)


@pytest.fixture
def late_soon(_answers_awaited: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a run leave pushes without an immediate response to the thread for late responses."""
    for module in (dispatching, remove_shown):
        monkeypatch.setattr(module, "LATE_SECONDS", 0.3)


@pytest.fixture
def answers_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Record a round's responses together even on a slow machine, for tests that count batches."""
    monkeypatch.setattr(answer_inbox, "FLOW_SECONDS", 10.0)
    monkeypatch.setattr(answer_inbox, "BATCH_SECONDS", 10.0)
    monkeypatch.setattr(dispatching, "LOOK_SECONDS", 10.0)


@pytest.fixture
def fake_gateway() -> Iterator[FakeGateway]:
    with FakeGateway() as fake:
        yield fake


@pytest.fixture
def gateway(db: None, fake_gateway: FakeGateway) -> FakeGateway:
    """A gateway that the workspace is registered with and uses."""
    gateway_connect(fake_gateway.address)
    return fake_gateway


def gateway_connect(*addresses: str) -> None:
    connection_save(workspace_id="workspace", access_token=ACCESS_TOKEN)
    wizard = SetupWizardSettings.stored()
    wizard.register_server = wizard.privacy_terms_agreed = True
    wizard.save()
    settings_change(gateway="\n".join(addresses))


def settings_change(**values: Any) -> None:
    """Save values of the Push settings."""
    push = PushSettings.stored()
    for name, value in values.items():
        setattr(push, name, value)
    push.save()


def queue(
    user: User,
    message: Message,
    *,
    channel: Channel = Channel.PUSH,
    due_in: float = 0,
    **fields: Any,
) -> Notification:
    """Queue an item that is due in that many seconds."""
    due_at: datetime = timezone.now() + timedelta(seconds=due_in)
    return Notification.objects.create(
        user=user, message=message, room_id=message.room_id, channel=channel, rule="mentioned", due_at=due_at, **fields
    )


def claimed_by(item: Notification, token: str = "worker", *, is_begun: bool = True) -> ClaimedItem:
    """Claim the item for a worker, which has started sending it or only claimed it."""
    now = timezone.now()
    lease, _made = Lease.objects.get_or_create(token=token, defaults={"until": now + timedelta(seconds=30)})
    begun_at = now if is_begun else None
    return ClaimedItem.objects.create(notification=item, user_id=item.user_id, lease=lease, begun_at=begun_at)


@pytest.fixture
def room(db: None) -> Room:
    return RoomFactory(name="ops", creator=UserFactory(username="ana", name="Ana Silva"))


@pytest.fixture
def receiver(room: Room) -> User:
    """A member of the room with one device."""
    user = UserFactory(username="bob", name="Bob Meier")
    members_add(room=room, users=[user])
    DeviceFactory(user=user)
    return user


@pytest.fixture
def device(receiver: User) -> Device:
    return Device.objects.get(user=receiver)


Post = Callable[..., Message]


@pytest.fixture
def post(room: Room) -> Post:
    """Posts in the room as its creator."""

    def post_text(text: str = "disk full", **fields: Any) -> Message:
        return message_in(room, room.creator, text, **fields)

    return post_text


@pytest.fixture
def push_service(db: None, settings: Any) -> Iterator[FakePushService]:
    """A web push service that this installation may send to."""
    with FakePushService() as fake:
        settings.WEB_PUSH_PRIVATE_HOSTS = [fake.host]
        yield fake


@pytest.fixture
def demo(fake_gateway: FakeGateway, push_service: FakePushService, settings: Any, tmp_path: Path) -> Demo:
    return Demo(fake_gateway, push_service, settings, tmp_path)


def subscribe(user: User, service: FakePushService, **fields: Any) -> Device:
    """Register a browser of the user with a new subscription."""
    subscription = service.subscribe(VapidKeys.current_public_key())
    keys = SubscriptionKeys(subscription.p256dh, subscription.auth)
    fields = {"app_name": "callboard.web", "capabilities": ["clear"], "name": "Firefox on Linux", **fields}
    return device_register(user=user, type="webpush", token=subscription.endpoint, keys=keys, **fields)
