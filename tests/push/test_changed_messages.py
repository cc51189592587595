"""Notifications of messages that are edited or deleted with the API before they are due."""

from __future__ import annotations

import pytest

from push.models import EndReason, Notification, State
from push.services.fanout import pending_decide
from tests.api_client import ApiClient
from tests.push.conftest import gateway_connect
from tests.push.demo import Demo
from workspace.models import Message

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(demo: Demo) -> Message:
    """A message whose notification waits because Bob is online."""
    gateway_connect(demo.gateway.address)
    return demo.waiting("@bob come at six")


def change(demo: Demo, message: Message, endpoint: str, **fields: str) -> None:
    answer = ApiClient(demo.ana).post(endpoint, roomId="GENERAL", msgId=message.public_id, **fields)
    assert answer.status_code == 200
    pending_decide()


def test_nothing_is_sent_of_a_message_that_is_deleted(demo: Demo, waiting: Message) -> None:
    change(demo, waiting, "chat.delete")
    demo.dispatched(waiting)
    ended = Notification.objects.filter(message=waiting).values_list("user", "state", "reason")
    assert (demo.bob.pk, State.DROPPED, EndReason.MESSAGE_GONE) in ended
    assert {(state, reason) for _user, state, reason in ended} == {(State.DROPPED, EndReason.MESSAGE_GONE)}
    assert demo.gateway.received == []


def test_nobody_is_notified_of_one_that_is_deleted_before_it_was_decided_upon(demo: Demo) -> None:
    posted = ApiClient(demo.ana).post("chat.postMessage", roomId="GENERAL", text="@bob hello").json()["message"]
    change(demo, Message.objects.get(public_id=posted["_id"]), "chat.delete")
    assert not Notification.objects.filter(message__public_id=posted["_id"]).exclude(state=State.DROPPED).exists()


def test_a_changed_message_is_sent_once_as_it_stands_when_its_time_comes(demo: Demo, waiting: Message) -> None:
    change(demo, waiting, "chat.update", text="@bob come at seven")
    demo.dispatched(waiting)
    assert demo.gateway.texts == ["ana: @bob come at seven"]


def test_an_edit_that_mentions_somebody_else_notifies_nobody_else(demo: Demo, waiting: Message) -> None:
    before = set(Notification.objects.values_list("pk", flat=True))
    change(demo, waiting, "chat.update", text="@admin come at six")
    assert set(Notification.objects.values_list("pk", flat=True)) == before
