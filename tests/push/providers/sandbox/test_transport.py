"""The sandbox provider."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine

from push.models import Answer, SandboxPush, token_digest
from push.providers.pushes import Push
from push.providers.sandbox.transport import KEPT_PER_TOKEN, SandboxProvider
from tests.factories import DeviceFactory

pytestmark = pytest.mark.django_db


def push(token: str = "t1", **fields: object) -> Push:
    return Push(**({"type": "apn", "token": token, "topic": "app", "text": "hello", "identity": "i1"} | fields))


def test_an_apple_push_is_kept_with_its_headers() -> None:
    with time_machine.travel(datetime(2026, 5, 4, 12, tzinfo=UTC), tick=False):
        answer = SandboxProvider().send(push())
    stored = SandboxPush.objects.get()
    assert answer.answer == Answer.ACCEPTED
    assert (stored.token_digest, stored.type, stored.identity) == (token_digest("t1"), "apn", "i1")
    assert stored.payload["aps"]["alert"]["body"] == "hello"
    assert stored.headers["apns-expiration"] == str(int(datetime(2026, 5, 5, 12, tzinfo=UTC).timestamp()))


def test_a_google_push_is_kept_as_the_message() -> None:
    SandboxProvider().send(push(type="gcm"))
    stored = SandboxPush.objects.get()
    assert stored.payload["message"]["data"]["message"] == "hello"
    assert stored.headers == {}


@pytest.mark.parametrize(
    ("token", "answer"),
    [("dead-1", Answer.DEAD), ("refuse-1", Answer.REFUSED), ("fail-1", Answer.RETRY), ("deadbeef", Answer.ACCEPTED)],
)
def test_special_tokens_rehearse_the_other_answers(token: str, answer: Answer) -> None:
    assert SandboxProvider().send(push(token)).answer == answer
    assert SandboxPush.objects.exists() is (answer == Answer.ACCEPTED)


def test_a_call_is_accepted_for_a_token_that_was_registered_for_calls_only() -> None:
    device = DeviceFactory(voip_token="c" * 64)
    refused = SandboxProvider().send(push(device.token, topic="app.voip"))
    accepted = SandboxProvider().send(push("c" * 64, topic="app.voip"))
    assert (refused.answer, accepted.answer) == (Answer.REFUSED, Answer.ACCEPTED)
    stored = SandboxPush.objects.get()
    assert stored.headers["apns-push-type"] == "voip"
    assert "alert" not in stored.payload["aps"]


def test_a_push_that_cannot_be_made_to_fit_is_refused() -> None:
    answer = SandboxProvider().send(push(payload={"host": "x" * 5000}))
    assert (answer.answer, answer.reason) == (Answer.REFUSED, "The push is too large.")


def test_a_phone_keeps_its_newest_pushes_only_and_others_keep_theirs() -> None:
    provider = SandboxProvider()
    provider.send(push("other"))
    for number in range(KEPT_PER_TOKEN + 40):
        provider.send(push(text=str(number)))
    kept = SandboxPush.objects.filter(token_digest=token_digest("t1"))
    assert KEPT_PER_TOKEN <= kept.count() < KEPT_PER_TOKEN + 20
    assert kept.last().payload["aps"]["alert"]["body"] == str(KEPT_PER_TOKEN + 39)
    assert SandboxPush.objects.filter(token_digest=token_digest("other")).exists()
