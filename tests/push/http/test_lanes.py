"""What lanes promise: limits of their own, what is sent again and what is not, and connections that are given up."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from push.http import lanes
from push.http.engine import WITHDRAWN, Engine
from push.http.requests import HttpAnswer, HttpRequest, Lane
from push.providers.answers import SendAnswer
from push.providers.steps import Steps, steps_run
from tests.fakes.certificates import Authority
from tests.fakes.http2 import Http2Server
from tests.fakes.scripting import Reply, Request

INTERNAL_ERROR, REFUSED_STREAM = 2, 7


class Echo(Http2Server):
    """Answers each path as scripted, with 200 otherwise, and keeps which were carried out."""

    def __init__(self, authority: Authority) -> None:
        super().__init__(authority)
        self.replies: dict[str, list[Reply]] = {}
        self.paths: list[str] = []
        self.asked: list[str] = []

    def reply_to(self, request: Request) -> Reply:
        self.asked.append(request.path)
        replies = self.replies.get(request.path)
        return replies.pop(0) if replies else Reply()

    def carried_out(self, request: Request, reply: Reply) -> None:
        self.paths.append(request.path)
        self.changed()


@pytest.fixture
def echo(authority: Authority) -> Iterator[Echo]:
    with Echo(authority) as server:
        yield server


@pytest.fixture
def other(authority: Authority) -> Iterator[Echo]:
    with Echo(authority) as server:
        yield server


def request_to(server: Echo, path: str = "/", **fields: Any) -> HttpRequest:
    return HttpRequest(f"{server.address}{path}", b"{}", **fields, public_only=False)


def statuses(answers: list[HttpAnswer]) -> list[int | None]:
    return [answer.status for answer in answers]


def test_a_slow_provider_holds_up_no_other(echo: Echo, other: Echo, trusting_engine: Engine) -> None:
    release = threading.Event()
    finished: list[str] = []

    def sending(name: str, server: Echo) -> Steps:
        answers = yield [request_to(server, f"/{number}") for number in range(300)]
        finished.append(name)
        if name == "quick":
            release.set()
        return [SendAnswer("accepted", answer.status) for answer in answers]  # type: ignore[arg-type]

    echo.replies = {f"/{number}": [Reply(hold=release)] for number in range(300)}
    slow, quick = steps_run([sending("slow", echo), sending("quick", other)], engine=trusting_engine)
    assert finished == ["quick", "slow"]
    assert {answer.status for answer in (*slow, *quick)} == {200}


@pytest.mark.thorough
def test_each_lane_has_its_own_limit(echo: Echo, trusting_engine: Engine) -> None:
    release = threading.Event()
    echo.replies = {"/held": [Reply(hold=release)] * 10}
    narrow, wide = Lane("narrow", concurrency=2, public_only=False), Lane("wide", concurrency=5, public_only=False)
    requests = [request_to(echo, "/held", lane=narrow)] * 3 + [request_to(echo, "/free", lane=wide)] * 5
    seen: list[int] = []

    def look() -> None:
        seen.append(echo.paths.count("/free"))
        release.set()

    assert statuses(trusting_engine.send(requests, heartbeat=look)) == [200] * 8
    assert seen[0] == 5
    assert len(echo.connections) == 2


@pytest.mark.thorough
def test_what_is_answered_late_does_not_keep_others_waiting(
    echo: Echo, trusting_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Devices that are answered for slowly fill a lane only up to four times its limit."""
    monkeypatch.setattr(lanes, "LATE_SECONDS", 0.05)
    release = threading.Event()
    lane = Lane("narrow", concurrency=1, public_only=False)
    echo.replies = {"/held": [Reply(hold=release)] * 3}
    requests = [request_to(echo, "/held", lane=lane)] * 3 + [request_to(echo, "/free", lane=lane)]

    def look() -> None:
        if echo.paths == ["/free"]:
            release.set()

    assert statuses(trusting_engine.send(requests, heartbeat=look)) == [200] * 4
    assert echo.paths[0] == "/free"


@pytest.mark.thorough
def test_what_was_not_sent_is_withdrawn(echo: Echo, trusting_engine: Engine) -> None:
    release = threading.Event()
    lane = Lane("narrow", concurrency=1, public_only=False)
    echo.replies = {"/held": [Reply(hold=release)]}
    answers: list[HttpAnswer] = []
    for path in ("/held", "/waits"):
        trusting_engine.begin(request_to(echo, path, lane=lane), answers.append)
    trusting_engine.run_until(lambda: bool(echo.asked))
    trusting_engine.withdraw()
    trusting_engine.begin(request_to(echo, "/later", lane=lane), answers.append)
    trusting_engine.run_until(lambda: len(answers) == 2)
    assert [(answer.error, answer.tries) for answer in answers] == [(WITHDRAWN, 0)] * 2
    release.set()
    trusting_engine.run_until(lambda: len(answers) == 3)
    assert answers[2].status == 200
    assert echo.asked == ["/held"]


def test_steps_go_from_one_request_to_the_next(echo: Echo, trusting_engine: Engine) -> None:
    def two_steps() -> Steps:
        first = yield [request_to(echo, "/first")]
        nothing = yield []
        second = yield [request_to(echo, "/second"), request_to(echo, "/third")]
        assert nothing == []
        return [SendAnswer("accepted", answer.status) for answer in (*first, *second)]  # type: ignore[arg-type]

    [answers] = steps_run([two_steps()], engine=trusting_engine)
    assert [answer.status for answer in answers] == [200, 200, 200]
    assert echo.paths[0] == "/first"


def test_steps_without_requests_end_at_once(trusting_engine: Engine) -> None:
    def nothing() -> Steps:
        yield []
        return []

    assert steps_run([nothing()], engine=trusting_engine) == [[]]


@pytest.mark.thorough
def test_what_a_heartbeat_raises_ends_all_steps_and_the_engine_works_on(echo: Echo, trusting_engine: Engine) -> None:
    echo.replies = {"/held": [Reply(hold=threading.Event())]}

    def held() -> Steps:
        yield [request_to(echo, "/held")]
        raise AssertionError("goes on after its end")

    def fail() -> None:
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError):
        steps_run([held()], engine=trusting_engine, heartbeat=fail)
    assert statuses(trusting_engine.send([request_to(echo)])) == [200]


# Sending again.


def test_what_breaks_off_is_sent_again_only_where_that_does_no_harm(echo: Echo, trusting_engine: Engine) -> None:
    echo.replies = {"/once": [Reply(cut="after")], "/again": [Reply(cut="after")]}
    [answer] = trusting_engine.send([request_to(echo, "/once")])
    assert (answer.status, answer.reached, answer.tries) == (None, True, 1)
    [answer] = trusting_engine.send([request_to(echo, "/again", resends=2)])
    assert answer.status == 200
    assert answer.tries >= echo.paths.count("/again") == 2


def test_what_meets_the_end_of_a_kept_connection_may_be_sent_once_more_and_is_counted(
    echo: Echo, trusting_engine: Engine
) -> None:
    """libcurl resends the request if it notices the closed connection while reading, which depends on timing."""
    sent_again = 0
    for number in range(20):
        path = f"/{number}"
        trusting_engine.send([request_to(echo)])
        echo.replies = {path: [Reply(cut="after")]}
        [answer] = trusting_engine.send([request_to(echo, path)])
        assert answer.tries >= echo.paths.count(path)
        if answer.status == 200:
            assert echo.paths.count(path) == 2
            sent_again += 1
    assert sent_again
    echo.replies = {"/always": [Reply(cut="after")] * 9}
    [answer] = trusting_engine.send([request_to(echo, "/always")])
    assert (answer.status, answer.reached) == (None, True)
    assert answer.tries >= echo.paths.count("/always")


def test_a_reset_stream_is_sent_again_as_often_as_allowed(echo: Echo, trusting_engine: Engine) -> None:
    echo.replies = {"/": [Reply(reset=INTERNAL_ERROR)] * 2}
    [answer] = trusting_engine.send([request_to(echo, resends=2)])
    assert (answer.status, answer.tries) == (200, 3)
    echo.replies = {"/": [Reply(reset=INTERNAL_ERROR)] * 3}
    [answer] = trusting_engine.send([request_to(echo, resends=2)])
    assert (answer.status, answer.tries) == (None, 3)


def test_what_the_server_took_back_is_sent_again_always(echo: Echo, trusting_engine: Engine) -> None:
    echo.replies = {"/": [Reply(reset=REFUSED_STREAM)]}
    assert statuses(trusting_engine.send([request_to(echo)])) == [200]
    assert echo.paths == ["/"]


def test_requests_that_are_the_same_are_sent_once(echo: Echo, trusting_engine: Engine) -> None:
    answers = trusting_engine.send([request_to(echo, shared="token")] * 20)
    assert statuses(answers) == [200] * 20
    assert echo.paths == ["/"]
    assert statuses(trusting_engine.send([request_to(echo, shared="token")])) == [200]
    assert echo.paths == ["/", "/"]


# Servers that say nothing.


@pytest.mark.thorough
def test_connections_on_which_nothing_comes_back_are_not_used_again(echo: Echo, authority_file: Path) -> None:
    engine = Engine(timeout=1, ca_file=str(authority_file))
    assert statuses(engine.send([request_to(echo)])) == [200]
    echo.replies = {"/": [Reply(hold=threading.Event())]}
    assert statuses(engine.send([request_to(echo)])) == [None]
    assert statuses(engine.send([request_to(echo)])) == [200]
    engine.close()
    assert len(echo.connections) == 2


@pytest.mark.thorough
def test_a_connection_that_answers_others_is_used_on(echo: Echo, authority_file: Path) -> None:
    engine = Engine(timeout=1, ca_file=str(authority_file))
    echo.replies = {"/held": [Reply(hold=threading.Event())], "/later": [Reply(delay=0.1)]}
    answers = engine.send([request_to(echo, "/held"), request_to(echo, "/later")])
    assert statuses(answers) == [None, 200]
    assert statuses(engine.send([request_to(echo)])) == [200]
    engine.close()
    assert len(echo.connections) == 1


def test_a_server_that_cannot_be_reached_is_asked_by_few_and_answered_for_all(trusting_engine: Engine) -> None:
    lane = Lane("nowhere", concurrency=50, connections=1, public_only=False)
    started = time.monotonic()
    answers = trusting_engine.send([HttpRequest("https://127.0.0.1:1/", b"{}", lane=lane)] * 500)
    assert {(answer.status, answer.reached) for answer in answers} == {(None, False)}
    assert time.monotonic() - started < 5


def test_it_is_reached_as_soon_as_it_is_there(authority: Authority, trusting_engine: Engine) -> None:
    with Echo(authority) as server:
        address = server.address
    request = HttpRequest(f"{address}/", b"{}", public_only=False)
    assert not trusting_engine.send([request])[0].reached
    back = Echo(authority)
    back._port = int(address.rpartition(":")[2])
    with back:
        assert statuses(trusting_engine.send([request])) == [200]


def test_lanes_that_are_not_used_any_more_are_closed(
    echo: Echo, trusting_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("push.http.engine.MAX_LANES", 3)
    for number in range(10):
        assert statuses(trusting_engine.send([request_to(echo, lane=Lane(f"lane {number}", public_only=False))])) == [
            200
        ]
    echo.wait(lambda server: server.open_connections <= 4)
    assert len(echo.connections) == 10


def test_closing_closes_every_connection(echo: Echo, authority_file: Path) -> None:
    engine = Engine(ca_file=str(authority_file))
    engine.send([request_to(echo), request_to(echo, lane=Lane("another", public_only=False))])
    engine.close()
    engine.close()
    echo.wait(lambda server: server.open_connections == 0)


def test_a_lane_says_nothing_of_its_certificate(authority: Authority) -> None:
    from push.http.requests import ClientCertificate

    issued = authority.push_certificate("an.app", passphrase="a passphrase")
    lane = Lane(
        "lane", certificate=ClientCertificate(issued.certificate, issued.key, "a passphrase"), public_only=False
    )
    request = HttpRequest("https://127.0.0.1/", b"", lane=lane)
    assert "a passphrase" not in repr([lane, request, replace(lane, name="other")])
