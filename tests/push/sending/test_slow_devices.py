"""One slow device, or one silent provider, delays nobody else."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.utils import timezone

from push.models import Answer, Attempt, Channel, Device, Notification, ShownRoom, State
from push.providers.gateway.batches import announcements_forget
from push.sending import carriers
from push.sending.dispatching import due_dispatch
from push.sending.late_answers import LateAnswers
from push.sending.remove_shown import remove_shown
from push.services.shown import room_read_elsewhere
from tests.factories import DeviceFactory, EmailAddressFactory, UserFactory
from tests.fakes import gateway as gateways
from tests.fakes import scripting
from tests.fakes.apple import FakeApple
from tests.fakes.certificates import TokenKey
from tests.fakes.gateway import FakeGateway
from tests.fakes.google import FakeGoogle
from tests.fakes.webpush import FakePushService, Subscription
from tests.push.conftest import Post, queue, settings_change, subscribe
from tests.push.services.test_routes import key_fields
from tests.waiting import wait_until
from workspace.models import Message, Room, User
from workspace.services.rooms import members_add

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.thorough]

POSTS = 6


@pytest.fixture(autouse=True)
def _late_soon(late_soon: None) -> None:
    """Leave late answers to their thread, as the product does."""


@dataclass
class Provider:
    """One fake provider: how its devices are made, and how it is made not to answer one of them until `go_on`."""

    device: Callable[[User], Device]
    hold: Callable[[Device], None]
    go_on: threading.Event


@pytest.fixture
def direct(db: None, fake_apple: FakeApple, fake_google: FakeGoogle, token_key: TokenKey, service_account: str) -> None:
    settings_change(enable_gateway=False, google_api_credentials=service_account, **key_fields(token_key))


@pytest.fixture
def go_on() -> Iterator[threading.Event]:
    """What lets held answers go; set at the end in any case."""
    event = threading.Event()
    yield event
    event.set()


@pytest.fixture
def apple(direct: None, fake_apple: FakeApple, go_on: threading.Event) -> Provider:
    def hold(device: Device) -> None:
        fake_apple.standing[device.token] = lambda: scripting.Reply(hold=go_on)

    return Provider(lambda user: DeviceFactory(user=user), hold, go_on)


@pytest.fixture
def google(direct: None, fake_google: FakeGoogle, go_on: threading.Event) -> Provider:
    def hold(device: Device) -> None:
        fake_google.standing[device.token] = lambda: scripting.Reply(hold=go_on)

    return Provider(lambda user: DeviceFactory(user=user, type="gcm"), hold, go_on)


@pytest.fixture
def by_gateway(gateway: FakeGateway, go_on: threading.Event) -> Provider:
    def hold(device: Device) -> None:
        gateway.script(device.token, *[gateways.Reply(hold=go_on)] * 10)

    return Provider(lambda user: DeviceFactory(user=user), hold, go_on)


@pytest.fixture
def web_push(push_service: FakePushService, go_on: threading.Event) -> Provider:
    def hold(device: Device) -> None:
        push_service.script(Subscription(device.token, ""), *[gateways.Reply(201, hold=go_on)] * 10)

    return Provider(lambda user: subscribe(user, push_service), hold, go_on)


@pytest.fixture(params=["apple", "google", "by_gateway", "web_push"])
def provider(request: pytest.FixtureRequest) -> Provider:
    found: Provider = request.getfixturevalue(request.param)
    return found


def members(room: Room, count: int) -> list[User]:
    users: list[User] = UserFactory.create_batch(count)
    members_add(room=room, users=users)
    return users


def state_of(item: Notification) -> str:
    item.refresh_from_db()
    return item.current_state


def wait_until_state(state: State, *items: Notification) -> None:
    """Wait for a state: on a slow machine, the run may have left the items to the thread for late answers."""
    wait_until(lambda: all(state_of(item) == state for item in items))


def wait_until_sent(*items: Notification) -> None:
    wait_until_state(State.SENT, *items)


def sent_to(users: list[User], message: Message) -> list[Notification]:
    """Queue the message for these users and dispatch."""
    items = [queue(user, message) for user in users]
    due_dispatch()
    return items


def wait_for_late_answers() -> None:
    LateAnswers.current().wait()


def test_others_are_sent_and_recorded_while_one_device_does_not_answer(
    provider: Provider, room: Room, post: Post
) -> None:
    slow, *others = members(room, 4)
    devices = [provider.device(user) for user in (slow, *others)]
    provider.hold(devices[0])
    first = post("for everybody")
    held, *free = [queue(user, first) for user in (slow, *others)]
    due_dispatch()
    wait_until_sent(*free)
    for number in range(POSTS):
        item = queue(others[number % 3], post(f"for one {number}"))
        due_dispatch()
        wait_until_sent(item)
    assert state_of(held) == State.CLAIMED
    provider.go_on.set()
    wait_until(lambda: state_of(held) == State.SENT)
    assert set(Attempt.objects.values_list("answer", "number")) == {(Answer.ACCEPTED, 1)}


def test_a_member_is_served_again_as_soon_as_their_own_pushes_are_answered(
    apple: Provider, fake_apple: FakeApple, room: Room, post: Post
) -> None:
    """The next items of a conversation do not wait for another member's device."""
    slow, quick = members(room, 2)
    devices = [apple.device(slow), apple.device(quick)]
    apple.hold(devices[0])
    for number in range(3):
        message = post(f"message {number}")
        for user in (slow, quick):
            queue(user, message)
    for item in Notification.objects.filter(user=quick):
        due_dispatch()
        wait_until_sent(item)
    assert [push.payload["aps"]["alert"]["body"] for push in fake_apple.accepted] == [
        f"ana: message {number}" for number in range(3)
    ]
    apple.go_on.set()
    fake_apple.wait(lambda fake: bool(len(fake.accepted) > 3))
    wait_for_late_answers()
    due_dispatch()
    ours = [push.payload["aps"]["alert"]["body"] for push in fake_apple.accepted if push.token == devices[0].token]
    assert ours == [f"ana: message {number}" for number in range(3)]


def test_what_may_be_unanswered_is_limited_and_slow_devices_use_only_a_part_of_it(
    apple: Provider, fake_apple: FakeApple, room: Room, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carriers, "SLOW_LIMIT", 1)
    monkeypatch.setattr(carriers, "SLOW_SECONDS", 0.0)
    users = members(room, 3)
    devices = [apple.device(user) for user in users]
    wait_until_sent(*sent_to(users[:2], post("are you slow?")))
    monkeypatch.setattr(carriers, "SLOW_SECONDS", 10.0)
    for device in devices[:2]:
        apple.hold(device)
    first, second = queue(users[0], post("slow")), queue(users[1], post("slow as well"))
    due_dispatch()
    assert sorted([state_of(first), state_of(second)]) == [State.CLAIMED, State.RETRYING]
    held_back = first if first.current_state == State.RETRYING else second
    assert held_back.due_at > timezone.now()
    assert held_back.attempts.count() == 0
    free = queue(users[2], post("quick"))
    due_dispatch()
    wait_until_sent(free)


def test_a_silent_provider_is_sent_nothing_more_and_a_members_other_devices_do_not_wait(
    apple: Provider,
    fake_apple: FakeApple,
    fake_google: FakeGoogle,
    room: Room,
    post: Post,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(carriers, "SILENT_PUSHES", 1)
    monkeypatch.setattr(carriers, "SILENT_SECONDS", 0.0)
    first, second = members(room, 2)
    apple.hold(apple.device(first))
    apple.device(second)
    android = DeviceFactory(user=second, type="gcm")
    held = queue(first, post("into silence"))
    due_dispatch()
    assert state_of(held) == State.CLAIMED
    items = [queue(second, post(f"message {number}")) for number in range(2)]
    for item in items:
        due_dispatch()
        wait_until_state(State.RETRYING, item)
    assert [push.token for push in fake_google.accepted] == [android.token] * 2
    assert fake_apple.accepted == []
    apple.go_on.set()
    wait_for_late_answers()
    Notification.objects.filter(state=State.RETRYING).update(due_at=timezone.now())
    due_dispatch()
    wait_until_sent(*items)
    assert len(fake_google.accepted) == 2
    texts = [push.payload["aps"]["alert"]["body"] for push in fake_apple.accepted]
    assert texts == ["ana: into silence", "ana: message 0", "ana: message 1"]


def test_a_slow_device_does_not_keep_a_worker_that_takes_notifications_away(
    apple: Provider, fake_apple: FakeApple, room: Room, post: Post
) -> None:
    slow, quick = members(room, 2)
    devices = [apple.device(slow), apple.device(quick)]
    Device.objects.update(capabilities=["clear"])
    wait_until_sent(*sent_to([slow, quick], post("read elsewhere")))
    apple.hold(devices[0])
    for user in (slow, quick):
        room_read_elsewhere(user=user, room=room)
    assert remove_shown()
    wait_until(lambda: list(ShownRoom.objects.values_list("device", flat=True)) == [devices[0].pk])
    apple.go_on.set()
    wait_until(lambda: not ShownRoom.objects.exists())


@pytest.fixture
def silent_mail_server(settings: Any) -> Iterator[socket.socket]:
    """A mail server that accepts connections and never says anything."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.getsockname()
        yield server
        # This ends the connections that wait for its greeting.
    settings.EMAIL_TIMEOUT = 1


def test_a_silent_mail_server_delays_no_push(
    gateway: FakeGateway, silent_mail_server: socket.socket, room: Room, post: Post
) -> None:
    mailed, pushed = members(room, 2)
    EmailAddressFactory(user=mailed)
    DeviceFactory(user=pushed)
    mail = queue(mailed, post("by mail"), channel=Channel.EMAIL)
    push = queue(pushed, post("by push"))
    due_dispatch()
    wait_until_sent(push)
    assert state_of(mail) == State.CLAIMED


def test_a_batch_that_is_not_answered_delays_no_other_batch(
    gateway: FakeGateway, go_on: threading.Event, room: Room, post: Post
) -> None:
    gateway.announces = {"path": "/push/batch", "maxDevices": 2, "maxBytes": 4_000_000}
    announcements_forget()
    users = members(room, 4)
    devices = [DeviceFactory(user=user) for user in users]
    gateway.script(devices[0].token, gateways.Reply(hold=go_on))
    message = post("in batches")
    items = [queue(user, message) for user in users]
    due_dispatch()
    wait_until_sent(*items[2:])
    assert state_of(items[0]) == State.CLAIMED


def test_a_device_known_to_be_slow_is_not_sent_to_in_a_batch(
    gateway: FakeGateway, go_on: threading.Event, room: Room, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway.announces = {"path": "/push/batch", "maxDevices": 100, "maxBytes": 4_000_000}
    announcements_forget()
    users = members(room, 3)
    devices = [DeviceFactory(user=user) for user in users]
    monkeypatch.setattr(carriers, "SLOW_SECONDS", 0.0)
    wait_until_sent(*sent_to(users[:1], post("are you slow?")))
    monkeypatch.setattr(carriers, "SLOW_SECONDS", 10.0)
    gateway.script(devices[0].token, gateways.Reply(hold=go_on))
    held, *free = sent_to(users, post("for everybody"))
    wait_until_sent(*free)
    assert state_of(held) == State.CLAIMED
    assert gateway.batches == [2]


def test_a_push_that_its_gateway_still_sends_is_repeated_by_itself(
    gateway: FakeGateway, room: Room, post: Post
) -> None:
    """The repetition gets the device's answer, and the device is not sent to in a batch any more."""
    gateway.announces = {"path": "/push/batch", "maxDevices": 100, "maxBytes": 4_000_000}
    announcements_forget()
    users = members(room, 3)
    devices = [DeviceFactory(user=user) for user in users]
    in_progress = {"success": False, "errorType": "error-push-in-progress", "retryAfter": 21}
    gateway.script(devices[0].token, gateways.Reply(503, body=in_progress))
    slow, *free = sent_to(users, post("for everybody"))
    wait_until_sent(*free)
    wait_until_state(State.RETRYING, slow)
    assert 20 < (slow.due_at - timezone.now()).total_seconds() < 25
    Attempt.objects.filter(notification=slow).update(retry_at=timezone.now())
    Notification.objects.filter(pk=slow.pk).update(due_at=timezone.now())
    carriers.Carriers.current().close()
    wait_until_sent(slow, *sent_to(users[1:], post("the next one")))
    assert gateway.batches == [3, 2]
    identities = [push.options["identity"] for push in gateway.received if push.token == devices[0].token]
    assert len(identities) == 2
    assert len(set(identities)) == 1
