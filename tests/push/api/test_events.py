"""Messages that other applications report: rules, queue and channels work as for own messages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from push.models import Channel, Decision, Notification, State
from push.selectors.content import notification_content
from push.sending.transient_texts import texts_delete
from push.services.fanout import pending_decide, remainder_count
from push.tasks import transient_texts
from tests.factories import DeviceFactory
from tests.sources import Source, source_of
from workspace.models import TransientText

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Iterator[Source]:
    desk = source_of()
    desk.report("room", id="r1", name="Ticket 1", members=["anna", "ben", "cem"])
    DeviceFactory(user=desk.person("ben"))
    DeviceFactory(user=desk.person("cem"))
    with time_machine.travel(timezone.now() + timedelta(minutes=1), tick=False):
        yield desk


def decide() -> None:
    pending_decide()
    assert remainder_count()


def content_of(item: Notification) -> dict[str, Any]:
    """Return what a device receives."""
    return notification_content(user=item.user, message=item.message, subscription=None)


def channel(decision: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in decision["channels"] if one["channel"] == name)


def test_members_whom_the_message_mentions_are_notified(desk: Source) -> None:
    desk.report("message", id="m1", room="r1", sender="anna", senderName="Anna", text="Help!", mentions=["ben"])
    decide()
    rules = dict(Notification.objects.filter(channel=Channel.PUSH).values_list("user", "rule"))
    assert rules == {desk.person("ben").pk: "mentioned", desk.person("cem").pk: "default_all"}
    item = Notification.objects.get(user=desk.person("ben"), channel=Channel.PUSH)
    content = content_of(item)
    assert (content["title"], content["text"]) == ("#Ticket-1", "Anna: Help!")


def test_a_call_can_wait_for_the_decision(desk: Source) -> None:
    message = {"id": "m1", "room": "r1", "sender": "anna", "text": "Help!", "mentions": ["ben"]}
    first = desk.report("message", **message, wait="decision", waitSeconds=1)
    assert first["decision"]["complete"] is False
    decide()
    again = desk.report("message", **message, wait="decision")
    assert (again["status"], again["decision"]["complete"]) == ("duplicate", True)
    push = channel(again["decision"], "push")
    assert push["notified"] == 2
    assert {one["reason"]: (one["members"], one["notifies"]) for one in push["reasons"]}["mentioned"] == (1, True)
    assert sum(one["members"] for one in push["reasons"]) == 3
    batch = desk.batch(
        {"type": "message", **message}, {"type": "message", **message, "sender": ""}, wait="decision", waitSeconds=1
    )
    assert batch["decision"] == again["decision"]
    assert "decision" not in desk.report("message", **message)


def test_reading_and_deleting_drop_what_is_queued(desk: Source) -> None:
    for number in (1, 2):
        desk.report("message", id=f"m{number}", room="r1", sender="anna", mentions=["ben", "cem"])
    decide()
    pushes = Notification.objects.filter(channel=Channel.PUSH)
    assert pushes.filter(state=State.QUEUED).count() == 4
    desk.report("read", user="ben", room="r1")
    assert set(pushes.filter(state=State.QUEUED).values_list("user", flat=True)) == {desk.person("cem").pk}
    desk.report("delete", message="m1")
    assert pushes.get(state=State.QUEUED).message == desk.message("m2")


def test_old_messages_notify_nobody(desk: Source) -> None:
    old = (timezone.now() - timedelta(minutes=2)).isoformat()
    desk.report("message", id="m1", room="r1", sender="anna", mentions=["ben"], sentAt=old)
    decide()
    assert not Notification.objects.exists()


def test_texts_that_are_not_stored_are_sent_and_then_deleted() -> None:
    desk = source_of(stores_texts=False)
    desk.report("message", id="m1", room="r1", sender="anna", text="The code is 4711", members=["ben"])
    DeviceFactory(user=desk.person("ben"))
    decide()
    queued = Notification.objects.get(channel=Channel.PUSH)
    assert "The code is 4711" in content_of(queued)["text"]
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        assert texts_delete() == 0
        Notification.objects.update(state=State.SENT, finished_at=timezone.now())
        transient_texts()
        assert not TransientText.objects.exists()
        assert "4711" not in content_of(queued)["text"]


def test_a_text_that_is_not_stored_waits_for_a_day_at_most() -> None:
    desk = source_of(stores_texts=False)
    desk.report("message", id="m1", room="r1", sender="anna", text="Hello")
    assert Decision.objects.get().decided_at is None
    with time_machine.travel(timezone.now() + timedelta(hours=23)):
        assert texts_delete() == 0
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert texts_delete() == 1
