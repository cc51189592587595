"""Real worker processes that are killed at critical points, restarted, and stopped."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable

import pytest
from django.utils import timezone

from push.models import Answer, Attempt, Device, Notification, State
from push.sending.claiming import users_claim
from tests.fakes.gateway import FakeGateway, Reply
from tests.push.conftest import Post, queue
from tests.push.worker.conftest import WorkerProcess
from tests.waiting import wait_until
from workspace.models import User

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

StartWorker = Callable[..., WorkerProcess]


def states() -> list[str]:
    return list(Notification.objects.order_by("pk").values_list("state", flat=True))


@pytest.fixture
def start(start_worker: StartWorker, gateway: FakeGateway) -> StartWorker:
    return start_worker


def test_a_posted_message_reaches_the_gateway(
    start: StartWorker, gateway: FakeGateway, receiver: User, post: Post
) -> None:
    start()
    post("hello @bob")
    gateway.wait(lambda fake: fake.texts == ["ana: hello @bob"])
    wait_until(lambda: states() == [State.SENT])


def test_items_due_later_are_found_by_the_clock(
    start: StartWorker, gateway: FakeGateway, receiver: User, post: Post
) -> None:
    start(NOTIFY_DELAY_OFFLINE="2")
    before = timezone.now()
    post("later @bob")
    gateway.wait(lambda fake: len(fake.accepted) == 1)
    assert 2 <= (timezone.now() - before).total_seconds() < 4


def test_killed_while_sending_the_push_arrives_after_a_restart(
    start: StartWorker, gateway: FakeGateway, receiver: User, device: Device, post: Post
) -> None:
    gateway.script(device.token, Reply(cut=True, hold=threading.Event()))
    worker = start(CLAIM_LEASE="2")
    post("hold on @bob")
    gateway.wait(lambda fake: len(fake.received) == 1)
    worker.kill()
    [interrupted] = Attempt.objects.all()
    assert interrupted.answer == Answer.SENDING
    start(CLAIM_LEASE="2")
    gateway.wait(lambda fake: len(fake.accepted) == 1)
    wait_until(lambda: states() == [State.SENT])
    assert len({one.options["identity"] for one in gateway.received}) == 1
    assert list(Attempt.objects.order_by("pk").values_list("answer", flat=True)) == [Answer.UNKNOWN, Answer.ACCEPTED]


def test_a_claim_whose_worker_died_before_sending_is_sent_by_another(
    start: StartWorker, gateway: FakeGateway, receiver: User, post: Post, settings: object
) -> None:
    settings.CLAIM_LEASE = 2  # type: ignore[attr-defined]
    queue(receiver, post("claimed and left"))
    assert users_claim(limit=10, now=timezone.now())
    start(CLAIM_LEASE="2")
    gateway.wait(lambda fake: len(fake.accepted) == 1)
    wait_until(lambda: states() == [State.SENT])


def test_a_push_with_a_definite_response_is_not_sent_again_after_a_kill(
    start: StartWorker, gateway: FakeGateway, receiver: User, device: Device, post: Post
) -> None:
    worker = start(CLAIM_LEASE="2")
    post("first @bob")
    wait_until(lambda: states() == [State.SENT])
    gateway.script(device.token, Reply(cut=True, hold=threading.Event()))
    post("second @bob")
    gateway.wait(lambda fake: len(fake.received) == 2)
    worker.kill()
    start(CLAIM_LEASE="2")
    wait_until(lambda: states() == [State.SENT, State.SENT])
    assert gateway.texts == ["ana: first @bob", "ana: second @bob"]


def test_a_slow_response_does_not_end_a_running_workers_claim(
    start: StartWorker, gateway: FakeGateway, receiver: User, device: Device, post: Post
) -> None:
    answer = threading.Event()
    gateway.script(device.token, Reply(hold=answer))
    start(CLAIM_LEASE="3")
    post("slow @bob")
    gateway.wait(lambda fake: len(fake.received) == 1)
    answer.wait(7)
    answer.set()
    wait_until(lambda: states() == [State.SENT])
    assert len(gateway.received) == 1


def test_a_killed_worker_leaves_no_process_behind(start: StartWorker) -> None:
    worker = start()
    assert len(worker.processes()) >= 5
    worker.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_on_a_stop_request_it_finishes_what_it_is_sending(
    start: StartWorker, gateway: FakeGateway, receiver: User, device: Device, post: Post, number: int
) -> None:
    answer = threading.Event()
    gateway.script(device.token, Reply(hold=answer))
    worker = start()
    post("last words @bob")
    gateway.wait(lambda fake: len(fake.received) == 1)
    threading.Timer(0.5, answer.set).start()
    assert worker.stop(number) == 0
    assert "The worker has stopped." in "".join(worker.output)
    assert states() == [State.SENT]
