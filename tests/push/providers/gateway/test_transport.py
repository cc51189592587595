"""The client of the gateway protocol: what is sent, and what each answer means."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from push.http.engine import Engine
from push.models import Answer
from push.providers.gateway.transport import GatewayPush, gateway_send
from push.providers.routes import GatewayRoute
from tests.fakes.gateway import FakeGateway, Reply

NOWHERE = "http://127.0.0.1:1"


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine(connect_timeout=20, timeout=30)
    yield engine
    engine.close()


def push_for(token: str = "token", service: str = "apn") -> GatewayPush:
    return GatewayPush(service, token, {"text": "Grüße 🎉", "notId": -5})


def route_to(*addresses: str) -> GatewayRoute:
    return GatewayRoute(addresses, "secret-access-token")


def test_a_push_is_posted_to_its_services_address(engine: Engine, fake_gateway: FakeGateway) -> None:
    pushes = [push_for("one", "apn"), push_for("two", "gcm")]
    answers = gateway_send(pushes, route=route_to(fake_gateway.address + "/"), engine=engine)
    assert [answer.answer for answer in answers] == [Answer.ACCEPTED, Answer.ACCEPTED]
    by_token = {one.token: one for one in fake_gateway.received}
    assert by_token["one"].service == "apn"
    assert by_token["two"].service == "gcm"
    assert by_token["one"].authorization == "Bearer secret-access-token"
    assert by_token["one"].options == {"text": "Grüße 🎉", "notId": -5}


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (200, Answer.ACCEPTED),
        (204, Answer.ACCEPTED),
        (299, Answer.ACCEPTED),
        (301, Answer.RETRY),
        (400, Answer.RETRY),
        (401, Answer.UNAUTHORIZED),
        (403, Answer.RETRY),
        (404, Answer.RETRY),
        (406, Answer.DEAD),
        (413, Answer.RETRY),
        (422, Answer.REFUSED),
        (429, Answer.RETRY),
        (500, Answer.RETRY),
        (503, Answer.RETRY),
    ],
)
def test_every_status_has_its_meaning(engine: Engine, fake_gateway: FakeGateway, status: int, answer: Answer) -> None:
    fake_gateway.script("token", Reply(status))
    [given] = gateway_send([push_for()], route=route_to(fake_gateway.address), engine=engine)
    assert (given.answer, given.status) == (answer, status)


def test_the_gateways_own_words_are_kept(engine: Engine, fake_gateway: FakeGateway) -> None:
    fake_gateway.script("token", Reply(422, body={"error": "Payload too large" * 100}))
    [given] = gateway_send([push_for()], route=route_to(fake_gateway.address), engine=engine)
    assert given.detail.startswith("Payload too large")
    assert len(given.detail) == 255


@pytest.mark.parametrize("body", ["<html>", ["error"], {"error": {"code": 1}}, None])
def test_other_bodies_say_nothing(engine: Engine, fake_gateway: FakeGateway, body: object) -> None:
    fake_gateway.script("token", Reply(422, body=body))
    [given] = gateway_send([push_for()], route=route_to(fake_gateway.address), engine=engine)
    assert given.detail == ""


def test_retry_after_is_told(engine: Engine, fake_gateway: FakeGateway) -> None:
    fake_gateway.script("token", Reply(503, {"Retry-After": "90"}))
    [given] = gateway_send([push_for()], route=route_to(fake_gateway.address), engine=engine)
    assert given.retry_after == timedelta(seconds=90)


def test_the_next_gateway_is_tried_when_one_cannot_be_reached(engine: Engine, fake_gateway: FakeGateway) -> None:
    route = route_to(NOWHERE, fake_gateway.address)
    answers = gateway_send([push_for("one"), push_for("two")], route=route, engine=engine)
    assert [answer.answer for answer in answers] == [Answer.ACCEPTED, Answer.ACCEPTED]


def test_when_none_can_be_reached_it_is_tried_again(engine: Engine) -> None:
    [given] = gateway_send([push_for()], route=route_to(NOWHERE, NOWHERE), engine=engine)
    assert (given.answer, given.status) == (Answer.RETRY, None)


@pytest.mark.parametrize("reply", [Reply(cut=True), Reply(503), Reply(401)])
def test_what_may_have_arrived_is_not_given_to_another_gateway(
    engine: Engine, fake_gateway: FakeGateway, reply: Reply
) -> None:
    fake_gateway.script("token", reply)
    with FakeGateway() as second:
        gateway_send([push_for()], route=route_to(fake_gateway.address, second.address), engine=engine)
        assert second.received == []


def test_tokens_do_not_show_in_representations() -> None:
    assert "secret" not in repr(route_to("http://gateway.example"))
    assert "device-token" not in repr(push_for("device-token"))
