"""What piled up of a room travels in one e-mail, and each item keeps its own record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from smtplib import SMTPRecipientsRefused
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection
from django.utils import timezone

from push.models import Answer, Attempt, Channel, EndReason, Lease, Notification, State
from push.sending.dispatching import due_dispatch
from tests.factories import DeviceFactory, EmailAddressFactory, RoomFactory, message_in
from tests.fakes.gateway import FakeGateway, Reply
from tests.push.conftest import Post, queue
from tests.waiting import wait_until
from workspace.models import Message, Room, User
from workspace.services.addresses import address_verify, verification_token
from workspace.services.presence import activity_report
from workspace.services.rooms import members_add

pytestmark = pytest.mark.django_db(transaction=True)


class DownBackend(BaseEmailBackend):
    """A mail server that cannot be reached."""

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        raise ConnectionRefusedError


class RefusingBackend(BaseEmailBackend):
    """A mail server that knows no mailbox of this name."""

    text = b"5.1.1 no such user"

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        raise SMTPRecipientsRefused(dict.fromkeys(messages[0].to, (550, self.text)))


class DenyingBackend(RefusingBackend):
    """A mail server that relays nothing for this site."""

    text = b"5.7.1 relaying denied"


class SlowBackend(BaseEmailBackend):
    """A mail server that takes its time: until the claim of whoever talks to it has been extended twice."""

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        for _time in range(2):
            before = Lease.objects.get().until
            wait_until(partial(self.is_extended, before))
        connection.close()
        return len(messages)

    def is_extended(self, before: datetime) -> bool:
        until = Lease.objects.get().until
        return until > before


@pytest.fixture(autouse=True)
def _address(receiver: User) -> None:
    EmailAddressFactory(user=receiver, address="bob@example.org")


def wait_for(receiver: User, *messages: Message, **fields: object) -> list[Notification]:
    return [queue(receiver, message, channel=Channel.EMAIL, **fields) for message in messages]  # type: ignore[arg-type]


def states(items: Sequence[Notification]) -> list[tuple[str, str]]:
    keys = [item.pk for item in items]
    return list(Notification.objects.filter(pk__in=keys).order_by("pk").values_list("state", "reason"))


def test_one_mail_tells_of_a_room_and_every_item_has_its_try(receiver: User, post: Post) -> None:
    items = wait_for(receiver, post("first"), post("second"))
    items += wait_for(receiver, post("third"), due_in=100)
    due_dispatch()
    (sent,) = mail.outbox
    assert all(text in str(sent.body) for text in ("first", "second", "third"))
    assert states(items) == [("sent", "")] * 3
    tries = Attempt.objects.order_by("notification").values_list("notification", "answer", "number")
    assert list(tries) == [(item.pk, "accepted", 1) for item in items]


def test_each_room_and_member_has_its_own_mail(receiver: User, room: Room, post: Post) -> None:
    other_room = RoomFactory(name="deploys", members=[receiver])
    other = EmailAddressFactory(address="cy@example.org").user
    members_add(room=room, users=[other])
    message = post("first")
    wait_for(receiver, message, message_in(other_room, room.creator, "elsewhere"), post("second"))
    wait_for(other, message)
    due_dispatch()
    sent_emails = sorted((sent.to[0], sent.subject) for sent in mail.outbox)
    assert sent_emails == [
        ("bob@example.org", "[Callboard] 2 new messages in #ops"),
        ("bob@example.org", "[Callboard] ana wrote in #deploys"),
        ("cy@example.org", "[Callboard] ana wrote in #ops"),
    ]


def test_what_must_not_be_sent_is_left_out_of_the_mail(receiver: User, post: Post) -> None:
    deleted = post("gone")
    items = wait_for(receiver, deleted, post("stays"))
    Message.objects.filter(pk=deleted.pk).update(deleted_at=timezone.now())
    due_dispatch()
    (sent,) = mail.outbox
    assert "gone" not in str(sent.body)
    assert states(items) == [("dropped", EndReason.MESSAGE_GONE), ("sent", "")]


def test_a_mail_that_failed_is_repeated_as_the_same_mail(receiver: User, post: Post, settings: object) -> None:
    working = settings.EMAIL_BACKEND  # type: ignore[attr-defined]
    settings.EMAIL_BACKEND = f"{__name__}.DownBackend"  # type: ignore[attr-defined]
    with time_machine.travel(timezone.now(), tick=False) as clock:
        first = wait_for(receiver, post("first"), post("second"))
        due_dispatch()
        assert states(first) == [("retrying", "")] * 2
        assert len(set(Notification.objects.values_list("due_at", flat=True))) == 1
        settings.EMAIL_BACKEND = working  # type: ignore[attr-defined]
        clock.shift(timedelta(minutes=2))
        later = wait_for(receiver, post("third"))
        due_dispatch()
    assert sorted("third" in str(sent.body) for sent in mail.outbox) == [False, True]
    assert states(first + later) == [("sent", "")] * 3
    assert Attempt.objects.filter(notification=first[1], answer=Answer.RETRY, number=1).exists()


@pytest.mark.thorough
def test_a_slow_mail_server_does_not_cost_a_living_worker_its_claim(
    receiver: User, post: Post, settings: object
) -> None:
    settings.EMAIL_BACKEND, settings.CLAIM_LEASE = f"{__name__}.SlowBackend", 2  # type: ignore[attr-defined]
    items = wait_for(receiver, post())
    due_dispatch()
    assert states(items) == [("sent", "")]


def test_an_item_that_cannot_be_built_fails_alone(receiver: User, post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    def allowed_text(message: Message, user: User) -> str:
        if message.text == "broken":
            raise ValueError(message.text)
        return message.text

    monkeypatch.setattr("push.content.mail.allowed_text", allowed_text)
    items = wait_for(receiver, post("first"), post("broken"), post("last"))
    due_dispatch()
    assert states(items) == [("sent", ""), (State.FAILED, EndReason.NOT_BUILT), ("sent", "")]


def test_a_push_that_keeps_failing_does_not_end_the_grace_of_the_e_mail(
    gateway: FakeGateway, receiver: User, post: Post
) -> None:
    """The member is online when the push is retried, and away again when the e-mail is due."""
    device = DeviceFactory(user=receiver)
    gateway.script(device.token, *[Reply(503)] * 9)
    message = post()
    push = queue(receiver, message)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        due_dispatch()
        email = queue(receiver, message, channel=Channel.EMAIL, due_in=120)
        clock.shift(100)
        activity_report(user=receiver)
        due_dispatch()
        assert push.attempts.filter(device=device).count() == 2
        email.refresh_from_db()
        assert (email.state, email.reason) == (State.QUEUED, "")


def refuse(receiver: User, post: Post, times: int) -> list[Notification]:
    items = []
    for number in range(times):
        items += wait_for(receiver, post(f"message {number}"))
        due_dispatch()
    return items


def test_an_address_that_bounces_three_times_is_suppressed_until_its_owner_confirms_it(
    receiver: User, post: Post, settings: Any
) -> None:
    backend = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = f"{__name__}.RefusingBackend"
    assert states(refuse(receiver, post, 3)) == [("failed", "refused")] * 3
    settings.EMAIL_BACKEND = backend
    assert states(refuse(receiver, post, 1)) == [("dropped", "address_suppressed")]
    assert mail.outbox == []
    email = receiver.emails.get()
    address_verify(token=verification_token(email))
    assert states(refuse(receiver, post, 1)) == [("sent", "")]


def test_an_accepted_email_ends_a_row_of_refusals(receiver: User, post: Post, settings: Any) -> None:
    backend = settings.EMAIL_BACKEND
    for _round in range(2):
        settings.EMAIL_BACKEND = f"{__name__}.RefusingBackend"
        refuse(receiver, post, 2)
        settings.EMAIL_BACKEND = backend
        assert states(refuse(receiver, post, 1)) == [("sent", "")]


def test_a_server_that_refuses_the_sender_suppresses_nobody(receiver: User, post: Post, settings: Any) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.DenyingBackend"
    refuse(receiver, post, 4)
    assert receiver.emails.get().suppressed_at is None
