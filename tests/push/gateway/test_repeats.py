"""A push keeps its identity through every retry, and is handed on once."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection

from cloud.services.registration import workspace_register
from push.gateway.services import TAKEN_FOR, push_hand_on, push_take
from push.models import Answer, GatewayPush, SandboxPush
from push.providers.base import ProviderAnswer, Push
from tests.push.gateway.conftest import Send
from workspace.errors import ApplicationError

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
PUSH = Push(type="apn", token="t1", topic="app", text="hello", identity="i1")


class CountingProvider:
    """Answers as told, and counts what it was handed."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.handed: list[Push] = []
        self.lock = threading.Lock()

    def send(self, push: Push) -> ProviderAnswer:
        with self.lock:
            self.handed.append(push)
            return ProviderAnswer(self.answers.pop(0) if self.answers else Answer.ACCEPTED)


def test_a_repeat_of_an_accepted_push_is_accepted_and_not_handed_on_again(send: Send) -> None:
    assert [send(identity="i1").status_code for _time in range(3)] == [200, 200, 200]
    assert SandboxPush.objects.get().headers["apns-id"]


def test_the_same_identity_for_another_device_is_another_push(send: Send) -> None:
    send(identity="i1", token="t1")
    send(identity="i1", token="t2")
    assert SandboxPush.objects.count() == 2


def test_pushes_without_an_identity_are_all_handed_on(send: Send) -> None:
    send()
    send()
    assert SandboxPush.objects.count() == 2
    assert not GatewayPush.objects.exists()


@pytest.mark.django_db
def test_the_identities_of_one_workspace_are_not_those_of_another() -> None:
    provider = CountingProvider()
    for unique_id in ("u1", "u2"):
        workspace, _token = workspace_register(unique_id=unique_id, name="Theatre")
        push_hand_on(workspace=workspace, push=PUSH, provider=provider)
    assert len(provider.handed) == 2


@pytest.mark.django_db
@pytest.mark.parametrize("answer", [Answer.RETRY, Answer.REFUSED, Answer.DEAD])
def test_a_push_that_was_not_accepted_is_handed_on_when_it_is_repeated(answer: Answer) -> None:
    workspace, _token = workspace_register(unique_id="u1", name="Theatre")
    provider = CountingProvider(answer)
    answers = [push_hand_on(workspace=workspace, push=PUSH, provider=provider).answer for _time in range(3)]
    assert answers == [answer, Answer.ACCEPTED, Answer.ACCEPTED]
    assert len(provider.handed) == 2


@pytest.mark.django_db
def test_while_one_request_hands_it_on_another_is_told_to_come_back() -> None:
    workspace, _token = workspace_register(unique_id="u1", name="Theatre")
    push_take(workspace=workspace, push=PUSH)
    with pytest.raises(ApplicationError) as refused:
        push_take(workspace=workspace, push=PUSH)
    assert (refused.value.code, refused.value.status) == ("error-push-in-progress", 503)


@pytest.mark.django_db
def test_a_push_whose_request_was_cut_short_is_taken_over_by_one_retry() -> None:
    workspace, _token = workspace_register(unique_id="u1", name="Theatre")
    with time_machine.travel(NOON, tick=False):
        push_take(workspace=workspace, push=PUSH)
    with time_machine.travel(NOON + TAKEN_FOR, tick=False):
        assert push_take(workspace=workspace, push=PUSH) is not None
        with pytest.raises(ApplicationError):
            push_take(workspace=workspace, push=PUSH)
    with time_machine.travel(NOON + TAKEN_FOR - timedelta(seconds=1), tick=False), pytest.raises(ApplicationError):
        push_take(workspace=workspace, push=PUSH)


@pytest.mark.django_db(transaction=True)
def test_of_many_requests_at_once_one_hands_the_push_on() -> None:
    workspace, _token = workspace_register(unique_id="u1", name="Theatre")
    provider = CountingProvider()
    answers: list[str] = []

    def hand_on() -> None:
        try:
            answers.append(push_hand_on(workspace=workspace, push=PUSH, provider=provider).answer)
        except ApplicationError as error:
            answers.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=hand_on) for _number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(provider.handed) == 1
    assert Answer.ACCEPTED in answers
    assert set(answers) <= {Answer.ACCEPTED, "error-push-in-progress"}
    assert len(answers) == 8
