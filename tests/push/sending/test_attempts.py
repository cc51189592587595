"""Tries: saved before sending, repeated with growing waits, closed for good by a definite answer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone

from push.explain.delivery_outcomes import notification_history
from push.models import Answer, Attempt, ClaimedItem, Device, DisabledReason, EndReason, Lease, Notification, State
from push.providers.answers import SendAnswer
from push.selectors.response_texts import error_text
from push.sending import dispatching, sending
from push.sending.attempts import attempts_close
from push.sending.claiming import users_claim
from push.sending.dispatching import due_dispatch
from push.sending.sending import DeliveryRound
from tests.factories import DeviceFactory
from tests.fakes.gateway import FakeGateway, Reply
from tests.push.conftest import Post, gateway_connect, queue
from workspace.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def traveller() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(timezone.now(), tick=False) as coordinates:
        yield coordinates


def state_of(item: Notification) -> tuple[str, str]:
    item.refresh_from_db()
    return item.state, item.reason


def seconds_until_retry(item: Notification) -> float:
    item.refresh_from_db()
    return (item.due_at - timezone.now()).total_seconds()


@pytest.mark.parametrize(
    ("status", "answer", "state", "reason"),
    [
        (200, Answer.ACCEPTED, State.SENT, ""),
        (202, Answer.ACCEPTED, State.SENT, ""),
        (406, Answer.DEAD, State.DROPPED, EndReason.TOKEN_DEAD),
        (422, Answer.REFUSED, State.FAILED, EndReason.REFUSED),
    ],
)
def test_a_definite_answer_ends_the_item(
    gateway: FakeGateway, receiver: User, device: Device, post: Post, status: int, answer: str, state: str, reason: str
) -> None:
    gateway.script(device.token, Reply(status))
    item = queue(receiver, post())
    due_dispatch()
    assert state_of(item) == (state, reason)
    attempt = Attempt.objects.get()
    assert (attempt.answer, attempt.status, attempt.device) == (answer, status, device)
    assert attempt.finished_at is not None
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        due_dispatch()
    assert len(gateway.received) == 1


@pytest.mark.parametrize(
    "reply", [Reply(500), Reply(503), Reply(429), Reply(302, {"Location": "/"}), Reply(404), Reply(cut=True)]
)
def test_anything_else_is_tried_again_under_the_same_identity(
    gateway: FakeGateway, receiver: User, device: Device, post: Post, reply: Reply
) -> None:
    gateway.script(device.token, reply)
    item = queue(receiver, post())
    due_dispatch()
    assert state_of(item) == (State.RETRYING, "")
    due_dispatch()
    assert len(gateway.received) == 1
    item.refresh_from_db()
    with time_machine.travel(item.due_at + timedelta(seconds=1)):
        due_dispatch()
    assert state_of(item) == (State.SENT, "")
    first, second = gateway.received
    assert first.options["identity"] == second.options["identity"]
    assert list(Attempt.objects.order_by("number").values_list("number", "answer")) == [
        (1, Answer.RETRY),
        (2, Answer.ACCEPTED),
    ]


def test_a_gateway_that_cannot_be_reached_is_tried_again(receiver: User, post: Post) -> None:
    gateway_connect("http://127.0.0.1:1")
    item = queue(receiver, post())
    due_dispatch()
    assert state_of(item) == (State.RETRYING, "")
    assert "connect" in Attempt.objects.get().detail


def test_it_waits_longer_each_time_and_gives_up_after_the_fifth_retry(
    gateway: FakeGateway, receiver: User, device: Device, post: Post, traveller: time_machine.Coordinates
) -> None:
    gateway.script(device.token, *[Reply(503)] * 6)
    item = queue(receiver, post())
    for minutes in (1, 2, 4, 8, 16):
        due_dispatch()
        assert state_of(item) == (State.RETRYING, "")
        wait = seconds_until_retry(item)
        assert 30 * minutes <= wait <= 90 * minutes
        traveller.shift(wait + 1)
    due_dispatch()
    assert state_of(item) == (State.FAILED, EndReason.GAVE_UP)
    traveller.shift(timedelta(hours=3))
    due_dispatch()
    assert len(gateway.received) == 6


def test_retry_after_in_seconds_is_honoured(
    gateway: FakeGateway, receiver: User, device: Device, post: Post, traveller: time_machine.Coordinates
) -> None:
    gateway.script(device.token, Reply(429, {"Retry-After": "300"}))
    item = queue(receiver, post())
    due_dispatch()
    assert 300 <= seconds_until_retry(item) <= 330


def test_retry_after_as_a_date_is_honoured(
    gateway: FakeGateway, receiver: User, device: Device, post: Post, traveller: time_machine.Coordinates
) -> None:
    moment = format_datetime(timezone.now() + timedelta(seconds=600), usegmt=True)
    gateway.script(device.token, Reply(503, {"Retry-After": moment}))
    item = queue(receiver, post())
    due_dispatch()
    assert 599 <= seconds_until_retry(item) <= 660


def test_only_devices_without_a_definite_answer_are_tried_again(
    gateway: FakeGateway, receiver: User, device: Device, post: Post, traveller: time_machine.Coordinates
) -> None:
    slow = DeviceFactory(user=receiver)
    gateway.script(slow.token, Reply(503))
    item = queue(receiver, post())
    due_dispatch()
    assert state_of(item) == (State.RETRYING, "")
    traveller.shift(100)
    due_dispatch()
    assert state_of(item) == (State.SENT, "")
    assert [one.token for one in gateway.accepted] == [device.token, slow.token]


def test_a_retrying_item_holds_up_none_of_the_users_others(
    gateway: FakeGateway, receiver: User, device: Device, post: Post
) -> None:
    gateway.script(device.token, Reply(503))
    first = queue(receiver, post("first"))
    second = queue(receiver, post("second"))
    due_dispatch()
    assert state_of(first) == (State.RETRYING, "")
    assert state_of(second) == (State.SENT, "")


def test_one_accepting_device_makes_it_sent_whatever_the_others_say(
    gateway: FakeGateway, receiver: User, device: Device, post: Post
) -> None:
    gateway.script(device.token, Reply(406))
    DeviceFactory(user=receiver)
    item = queue(receiver, post())
    due_dispatch()
    assert state_of(item) == (State.SENT, "")


def test_a_dead_tokens_device_is_disabled_and_gets_nothing_more(
    gateway: FakeGateway, receiver: User, device: Device, post: Post
) -> None:
    gateway.script(device.token, Reply(406))
    queue(receiver, post())
    due_dispatch()
    device.refresh_from_db()
    assert device.disabled_at is not None
    assert device.disabled_reason == DisabledReason.TOKEN_DEAD
    item = queue(receiver, post())
    due_dispatch()
    assert state_of(item) == (State.DROPPED, EndReason.NO_DEVICE)


def test_a_token_presented_again_while_its_death_was_on_the_way_lives(
    gateway: FakeGateway, receiver: User, device: Device, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway.script(device.token, Reply(406))
    queue(receiver, post())
    Device.objects.update(registered_at=timezone.now() + timedelta(seconds=5))
    due_dispatch()
    device.refresh_from_db()
    assert device.disabled_at is None


def test_a_refusal_is_told_on_the_device_until_a_push_is_accepted(
    gateway: FakeGateway, receiver: User, device: Device, post: Post
) -> None:
    gateway.script(device.token, Reply(422, body={"success": False, "error": "Payload too large"}))
    queue(receiver, post())
    due_dispatch()
    device.refresh_from_db()
    assert error_text(device) == "The push was refused. HTTP 422: Payload too large"
    assert device.disabled_at is None
    queue(receiver, post())
    due_dispatch()
    device.refresh_from_db()
    assert error_text(device) == ""
    assert device.last_accepted_at is not None


def test_a_device_that_is_gone_is_not_waited_for(
    gateway: FakeGateway, receiver: User, device: Device, post: Post, traveller: time_machine.Coordinates
) -> None:
    gateway.script(device.token, Reply(503))
    item = queue(receiver, post())
    due_dispatch()
    device.disabled_at = timezone.now()
    device.save()
    traveller.shift(100)
    due_dispatch()
    assert state_of(item) == (State.DROPPED, EndReason.NO_DEVICE)


def test_a_try_left_without_an_answer_is_shown_beside_the_one_that_follows_it(
    gateway: FakeGateway, receiver: User, device: Device, post: Post
) -> None:
    item = queue(receiver, post())
    Attempt.objects.create(notification=item, device=device, number=1, claimed_by="a dead worker")
    due_dispatch()
    first, second = Attempt.objects.order_by("number")
    assert (first.answer, first.claimed_by) == (Answer.UNKNOWN, "a dead worker")
    assert (second.answer, second.number) == (Answer.ACCEPTED, 2)
    entries = [entry.text for entry in notification_history(item) if "Attempt" in entry.text]
    assert "Attempt 1" in entries[0]
    assert "Unknown: the worker died" in entries[0]
    assert "Accepted" in entries[1]


def test_every_try_that_a_dead_worker_had_begun_ends_as_unknown(
    gateway: FakeGateway, receiver: User, device: Device, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The gateway gets the push each time, under the same identity."""
    item = queue(receiver, post())
    with monkeypatch.context() as patched:
        patched.setattr(sending, "load_record", worker_dies)
        patched.setattr(sending, "write_with_retries", lambda write: write())
        with pytest.raises(SystemExit):
            due_dispatch()
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        due_dispatch()
    assert [attempt.answer for attempt in item.attempts.order_by("number")] == [Answer.UNKNOWN, Answer.ACCEPTED]
    assert len(gateway.received) == 2
    assert len({one.options["identity"] for one in gateway.received}) == 1


def test_a_try_whose_worker_died_does_not_lengthen_the_wait_before_the_next(
    gateway: FakeGateway, receiver: User, device: Device, post: Post
) -> None:
    gateway.script(device.token, Reply(503))
    item = queue(receiver, post())
    for number in range(1, 4):
        Attempt.objects.create(notification=item, device=device, number=number, answer=Answer.UNKNOWN)
    due_dispatch()
    last = item.attempts.get(number=4)
    assert last.retry_at
    assert last.retry_at - timezone.now() <= timedelta(seconds=settings.RETRY_BASE * 1.5)


def test_a_worker_that_was_only_slow_still_records_its_answer(receiver: User, device: Device, post: Post) -> None:
    item = queue(receiver, post())
    slow = Attempt.objects.create(notification=item, device=device, number=1, claimed_by="slow", answer=Answer.UNKNOWN)
    attempts_close(answers=[([slow], SendAnswer(Answer.ACCEPTED, 200))], token="slow", now=timezone.now())
    slow.refresh_from_db()
    assert slow.answer == Answer.ACCEPTED


def worker_dies(*_arguments: object) -> None:
    raise SystemExit


def test_devices_that_answered_for_good_are_left_out_when_a_claim_is_taken_over(
    gateway: FakeGateway, receiver: User, device: Device, post: Post
) -> None:
    other = DeviceFactory(user=receiver)
    item = queue(receiver, post())
    Attempt.objects.create(notification=item, device=device, number=1, answer=Answer.ACCEPTED)
    Attempt.objects.create(notification=item, device=other, number=1, answer=Answer.SENDING)
    due_dispatch()
    assert [one.token for one in gateway.received] == [other.token]
    assert state_of(item) == (State.SENT, "")


def test_a_worker_that_lost_its_claim_records_nothing_over_the_new_owners_answer(
    receiver: User, device: Device, post: Post
) -> None:
    item = queue(receiver, post())
    taken = Attempt.objects.create(notification=item, device=device, number=1, claimed_by="new owner")
    attempts_close(answers=[([taken], SendAnswer(Answer.REFUSED, 422))], token="old owner", now=timezone.now())
    taken.refresh_from_db()
    assert taken.answer == Answer.SENDING
    attempts_close(answers=[([taken], SendAnswer(Answer.ACCEPTED, 200))], token="new owner", now=timezone.now())
    attempts_close(answers=[([taken], SendAnswer(Answer.REFUSED, 422))], token="new owner", now=timezone.now())
    taken.refresh_from_db()
    assert taken.answer == Answer.ACCEPTED


def test_an_answer_that_comes_after_the_claim_was_lost_changes_no_state(
    gateway: FakeGateway, receiver: User, device: Device, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = queue(receiver, post())
    claim = users_claim(limit=1, now=timezone.now())
    assert claim is not None

    send = DeliveryRound.send

    def lose_the_claim(current: DeliveryRound) -> None:
        Lease.objects.create(token="another", until=timezone.now())
        ClaimedItem.objects.update(lease="another")
        Attempt.objects.update(claimed_by="another")
        send(current)

    monkeypatch.setattr(DeliveryRound, "send", lose_the_claim)
    dispatching.claim_dispatch(claim=claim, end=float("inf"))
    item.refresh_from_db()
    assert (item.current_state, item.claimed_item.lease_id) == (State.CLAIMED, "another")
    assert Attempt.objects.get().answer == Answer.SENDING
