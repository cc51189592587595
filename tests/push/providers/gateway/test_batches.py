"""The gateway protocol's batch form: many pushes in one request, each with its own answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from push.http.engine import Engine
from push.http.requests import HttpAnswer
from push.models import Answer
from push.providers.gateway.batches import BatchForm, announcements_forget, chunks_of, form_in
from push.providers.gateway.transport import GatewayPush, gateway_send
from push.providers.routes import GatewayRoute
from tests.fakes.gateway import FakeGateway, Reply

FORM = {"path": "/push/batch", "maxDevices": 500, "maxBytes": 4_000_000}


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine(connect_timeout=20, timeout=30)
    yield engine
    engine.close()


@pytest.fixture
def batching(fake_gateway: FakeGateway) -> FakeGateway:
    fake_gateway.announces = dict(FORM)
    announcements_forget()
    return fake_gateway


def pushes(count: int) -> list[GatewayPush]:
    return [
        GatewayPush("apn", f"token{number}", {"text": "Grüße 🎉", "badge": number, "identity": f"id{number}"})
        for number in range(count)
    ]


def send(count: int, *fakes: FakeGateway, engine: Engine) -> list[Any]:
    route = GatewayRoute(tuple(fake.address for fake in fakes), "secret-access-token")
    return gateway_send(pushes(count), route=route, engine=engine, batches=True)


def test_many_pushes_travel_in_few_requests(engine: Engine, batching: FakeGateway) -> None:
    answers = send(250, batching, engine=engine)
    assert {answer.answer for answer in answers} == {Answer.ACCEPTED}
    assert sorted(batching.batches) == [50, 100, 100]
    by_token = {one.token: one for one in batching.received}
    assert len(by_token) == 250
    assert by_token["token7"].options == {"text": "Grüße 🎉", "badge": 7, "identity": "id7"}
    assert by_token["token7"].authorization == "Bearer secret-access-token"


def test_what_is_told_of_the_quota_is_told_with_each_push(engine: Engine, batching: FakeGateway) -> None:
    body = {"success": True, "answers": [{"status": 200}, {"status": 406}]}
    batching.script("batch", Reply(body=body, headers={"Callboard-Quota-Used": "81"}))
    accepted, dead = send(2, batching, engine=engine)
    assert (accepted.answer, accepted.quota_used) == (Answer.ACCEPTED, 81)
    assert dead.answer == Answer.DEAD


def test_each_push_has_its_own_answer(engine: Engine, batching: FakeGateway) -> None:
    batching.script("token0", Reply(406))
    batching.script("token1", Reply(422, body={"error": "No such app"}))
    batching.script("token2", Reply(429, body={"errorType": "error-push-quota-exhausted", "retryAfter": 9}))
    batching.script("token3", Reply(503, body={"retryAfter": 30}))
    batching.script("token4", Reply(10**9))
    answers = send(6, batching, engine=engine)
    assert [answer.answer for answer in answers] == [
        Answer.DEAD,
        Answer.REFUSED,
        Answer.OVER_QUOTA,
        Answer.RETRY,
        Answer.RETRY,
        Answer.ACCEPTED,
    ]
    assert answers[1].detail == "No such app"
    assert answers[3].retry_after == timedelta(seconds=30)


def test_it_is_asked_once_what_a_gateway_announces(engine: Engine, batching: FakeGateway) -> None:
    for _time in range(3):
        send(2, batching, engine=engine)
    assert batching.asked == ["/push/info"]


def test_a_gateway_that_announces_nothing_is_sent_one_by_one(engine: Engine, batching: FakeGateway) -> None:
    batching.announces = None
    for _time in range(2):
        assert {answer.answer for answer in send(3, batching, engine=engine)} == {Answer.ACCEPTED}
    assert batching.batches == []
    assert batching.asked == ["/push/info"]


def test_a_single_push_needs_no_batch(engine: Engine, batching: FakeGateway) -> None:
    send(1, batching, engine=engine)
    assert (batching.batches, batching.asked) == ([], [])


@pytest.mark.thorough
@pytest.mark.parametrize("status", [404, 405, 413, 422])
def test_a_gateway_that_does_not_understand_the_batch_is_sent_one_by_one(
    engine: Engine, batching: FakeGateway, status: int
) -> None:
    batching.script("batch", Reply(status))
    assert {answer.answer for answer in send(3, batching, engine=engine)} == {Answer.ACCEPTED}
    assert {answer.answer for answer in send(3, batching, engine=engine)} == {Answer.ACCEPTED}
    assert batching.batches == [3]
    assert len(batching.received) == 6


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        (Reply(401), Answer.UNAUTHORIZED),
        (Reply(422, body={"errorType": "error-terms-not-agreed"}), Answer.UNAUTHORIZED),
        (Reply(503), Answer.RETRY),
        (Reply(200, body={"answers": []}), Answer.RETRY),
        (Reply(200, body={"answers": [{}, 1, {"status": "x"}]}), Answer.RETRY),
    ],
)
def test_what_is_answered_of_the_whole_batch_is_answered_of_each(
    engine: Engine, batching: FakeGateway, reply: Reply, answer: Answer
) -> None:
    batching.script("batch", reply)
    assert [given.answer for given in send(3, batching, engine=engine)] == [answer] * 3
    assert batching.received == []


def test_the_next_gateway_is_asked_for_its_own_form(engine: Engine, batching: FakeGateway) -> None:
    route = GatewayRoute(("http://127.0.0.1:1", batching.address), "token")
    answers = gateway_send(pushes(3), route=route, engine=engine, batches=True)
    assert {answer.answer for answer in answers} == {Answer.ACCEPTED}
    assert batching.batches == [3]


def test_bodies_stay_below_the_gateways_limit() -> None:
    entries = {
        number: {"type": "gcm", "token": f"t{number}", "options": {"text": "x" * 500, "badge": number}}
        for number in range(50)
    }
    chunks = list(chunks_of(entries, BatchForm("/push/batch", 50, 1200)))
    assert all(len(chunk.body) <= 1200 for chunk in chunks)
    assert [place for chunk in chunks for place in chunk.places] == list(range(50))
    assert len(chunks) > 1


@pytest.mark.parametrize(
    "announced",
    [None, {}, "yes", {**FORM, "path": "http://elsewhere"}, {**FORM, "maxDevices": 0}, {**FORM, "maxBytes": "many"}],
)
def test_what_announces_no_form_is_none(announced: Any) -> None:

    assert form_in(HttpAnswer(200, body=json.dumps({"batch": announced}).encode())) is None
