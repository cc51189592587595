"""The engine for servers: requests from any thread and from asyncio."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from push.http.engine_thread import EngineBusyError, EngineThread, Group, engine_thread_current
from push.http.requests import HttpRequest
from push.models import Answer
from push.providers.answers import SendAnswer
from push.providers.meanings import unanswered
from push.providers.steps import Part, Steps
from tests.fakes.gateway import FakeGateway, Reply
from tests.logs import logged
from tests.waiting import wait_until


@pytest.fixture
def engine() -> Iterator[EngineThread]:
    engine = EngineThread(capacity=50, connect_timeout=20, timeout=30)
    yield engine
    engine.close(0)


def request_to(fake: FakeGateway, token: str) -> HttpRequest:
    body = json.dumps({"token": token, "options": {"text": token}}).encode()
    return HttpRequest(f"{fake.address}/push/apn/send", body, ("Content-Type: application/json",), public_only=False)


def parts_of(*requests: HttpRequest) -> list[Part]:
    """Return a part for each request, whose answer is the request's status and error."""

    def steps(request: HttpRequest) -> Steps:
        (answer,) = yield [request]
        return [SendAnswer(Answer.RETRY, answer.status, answer.error)]

    return [Part((place,), steps(request)) for place, request in enumerate(requests)]


def submit(engine: EngineThread, parts: Sequence[Part]) -> Group[SendAnswer]:
    return engine.submit(parts, unanswered=unanswered)


def answers_of(group: Group[SendAnswer], seconds: float = 10) -> list[SendAnswer]:
    """Return the group's answers in their order, once all have come."""
    group.future.result(seconds)
    return [group.answers[place] for place in range(len(group))]


def answer_to(engine: EngineThread, request: HttpRequest) -> SendAnswer:
    (answer,) = answers_of(submit(engine, parts_of(request)))
    return answer


def test_many_threads_hand_in_requests_and_each_gets_its_answer(
    engine: EngineThread, fake_gateway: FakeGateway
) -> None:
    for number in range(40):
        fake_gateway.script(f"t{number}", Reply(210 + number))
    with ThreadPoolExecutor(8) as pool:
        tokens = [f"t{number}" for number in range(40)]
        answers = pool.map(lambda token: answer_to(engine, request_to(fake_gateway, token)), tokens)
        assert [answer.status for answer in answers] == [210 + number for number in range(40)]


def test_an_event_loop_awaits_answers(engine: EngineThread, fake_gateway: FakeGateway) -> None:
    async def send() -> list[int | None]:
        group = submit(engine, parts_of(*(request_to(fake_gateway, f"t{number}") for number in range(20))))
        await asyncio.wrap_future(group.future)
        return [answer.status for answer in answers_of(group)]

    fake_gateway.script("t7", Reply(207))
    assert asyncio.run(send()) == [*[200] * 7, 207, *[200] * 12]


def test_nothing_handed_in_is_answered_at_once(engine: EngineThread) -> None:
    assert answers_of(submit(engine, []), 0) == []


def test_no_more_is_taken_than_fits(fake_gateway: FakeGateway) -> None:
    engine, release = EngineThread(capacity=2), threading.Event()
    for token in ("one", "two"):
        fake_gateway.script(token, Reply(hold=release))
    held = [submit(engine, parts_of(request_to(fake_gateway, token))) for token in ("one", "two")]
    with pytest.raises(EngineBusyError):
        submit(engine, parts_of(request_to(fake_gateway, "three")))
    release.set()
    assert [answers_of(group)[0].status for group in held] == [200, 200]
    pair = parts_of(*(request_to(fake_gateway, token) for token in ("three", "four")))
    assert len(answers_of(submit(engine, pair))) == 2
    with pytest.raises(EngineBusyError):
        submit(engine, parts_of(*(request_to(fake_gateway, token) for token in ("five", "six", "seven"))))
    engine.close()


def test_closing_waits_for_what_is_under_way(fake_gateway: FakeGateway) -> None:
    engine, release = EngineThread(), threading.Event()
    fake_gateway.script("one", Reply(hold=release))
    group = submit(engine, parts_of(request_to(fake_gateway, "one")))
    fake_gateway.wait(lambda fake: len(fake.received) == 1)
    threading.Timer(0.05, release.set).start()
    engine.close(10)
    assert answers_of(group, 0)[0].status == 200


def test_what_does_not_end_in_time_is_answered_nevertheless(fake_gateway: FakeGateway) -> None:
    engine = EngineThread()
    fake_gateway.script("held", Reply(hold=threading.Event()))
    unsendable = HttpRequest(fake_gateway.address, headers=("X: a\r\nb",), public_only=False)
    group = submit(engine, parts_of(unsendable, request_to(fake_gateway, "held")))
    fake_gateway.wait(lambda fake: len(fake.received) == 1)
    engine.close(0)
    refused, held = answers_of(group, 0)
    assert refused.detail == "This cannot be sent: a header holds a line break"
    assert (held.status, held.detail) == (None, "The sender was stopped")


def test_answers_can_be_read_while_others_are_under_way(engine: EngineThread, fake_gateway: FakeGateway) -> None:
    release = threading.Event()
    fake_gateway.script("slow", Reply(hold=release))
    group = submit(engine, parts_of(request_to(fake_gateway, "slow"), request_to(fake_gateway, "quick")))
    wait_until(lambda: set(group.answers) == {1})
    assert not group.future.done()
    release.set()
    assert [answer.status for answer in answers_of(group)] == [200, 200]


def test_nothing_is_taken_after_closing(engine: EngineThread, fake_gateway: FakeGateway) -> None:
    engine.close()
    with pytest.raises(EngineBusyError):
        submit(engine, parts_of(request_to(fake_gateway, "late")))


def test_a_process_has_one() -> None:
    assert engine_thread_current() is engine_thread_current()


@pytest.mark.thorough
def test_a_failure_inside_is_answered_and_logged_and_the_next_request_is_served(
    engine: EngineThread,
    fake_gateway: FakeGateway,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(seconds: float) -> None:
        raise RuntimeError("out of order")

    fake_gateway.script("held", Reply(hold=threading.Event()))
    held = submit(engine, parts_of(request_to(fake_gateway, "held")))
    fake_gateway.wait(lambda fake: len(fake.received) == 1)
    monkeypatch.setattr(engine._engine, "run", fail)
    assert answers_of(held)[0].detail == "The sender failed"
    assert logged(caplog, "sender.failed") == [{}]
    assert answer_to(engine, request_to(fake_gateway, "next")).status == 200
