"""Publishing to an ntfy server: requests, and what is made of each answer."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from push.http.engine import Engine
from push.http.exchanges import NOT_PUBLIC
from push.models import Answer, Device
from push.providers.answers import SendAnswer
from push.providers.ntfy.meanings import NTFY_MEANINGS, STRANGER_MEANINGS
from push.providers.ntfy.topics import NtfyServer
from push.providers.ntfy.transport import message_steps
from push.providers.routes import DevicePush
from push.providers.steps import steps_run
from tests.fakes.gateway import Reply
from tests.fakes.ntfy import ACCESS_TOKEN, FakeNtfy, ntfy_error

OPTIONS = {
    "title": "#ops",
    "message": "ana: disk full",
    "priority": 4,
    "tags": ["speech_balloon"],
    "click": "https://chat.example.org/channel/ops",
    "sequence_id": "4f2c1a60-0000-0000-0000-000000000000",
}


@pytest.fixture
def server(settings: Any) -> Iterator[FakeNtfy]:
    with FakeNtfy() as fake:
        settings.WEB_PUSH_PRIVATE_HOSTS = [fake.host]
        yield fake


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine(connect_timeout=20, timeout=30)
    yield engine
    engine.close()


def send(engine: Engine, token: str, *, own: str = "", access_token: str = ACCESS_TOKEN, **options: Any) -> SendAnswer:
    push = DevicePush(Device(type="ntfy", token=token), {**OPTIONS, **options})
    steps = message_steps(push, server=NtfyServer(own or token.rpartition("/")[0], access_token))
    return steps_run([steps], engine=engine)[0][0]


def test_a_message_is_published_as_json_at_the_root(server: FakeNtfy, engine: Engine) -> None:
    assert send(engine, server.topic("ops-1")).answer == Answer.ACCEPTED
    (published,) = server.published
    assert published.message == {"topic": "ops-1", **OPTIONS}
    assert published.headers["authorization"] == f"Bearer {ACCESS_TOKEN}"
    assert published.headers["content-type"] == "application/json"


def test_without_an_access_token_there_is_no_authorization(server: FakeNtfy, engine: Engine) -> None:
    assert send(engine, server.topic(), access_token="").answer == Answer.ACCEPTED
    assert "authorization" not in server.requests[0]


def test_a_server_that_somebody_chose_is_not_sent_the_access_token(server: FakeNtfy, engine: Engine) -> None:
    assert send(engine, server.topic(), own="https://ntfy.example.org").answer == Answer.ACCEPTED
    assert "authorization" not in server.requests[0]


@pytest.mark.parametrize(
    "meaning", [row for row in NTFY_MEANINGS if row.status != 413], ids=lambda row: str(row.status)
)
def test_every_documented_answer_is_read(server: FakeNtfy, engine: Engine, meaning: Any) -> None:
    code = int(meaning.reason or 0)
    server.replies.append(ntfy_error(meaning.status, code, "words") if code else Reply(meaning.status, {}, {}))
    result = send(engine, server.topic())
    assert (result.answer, result.misconfigured) == (meaning.answer, meaning.misconfigured)
    if result.answer != Answer.ACCEPTED:
        assert (result.status, result.reason) == (meaning.status, meaning.reason)
        assert result.detail == ("words" if code else str(meaning.sentence))


@pytest.mark.parametrize("meaning", STRANGER_MEANINGS, ids=lambda row: str(row.status))
def test_answers_of_a_server_that_somebody_chose_pause_no_route(server: FakeNtfy, engine: Engine, meaning: Any) -> None:
    server.replies.append(ntfy_error(meaning.status, int(meaning.reason), "words"))
    result = send(engine, server.topic(), own="https://ntfy.example.org")
    assert (result.answer, result.misconfigured) == (Answer.REFUSED, False)


@pytest.mark.parametrize(
    ("status", "answer"), [(418, Answer.REFUSED), (301, Answer.REFUSED), (429, Answer.RETRY), (599, Answer.RETRY)]
)
def test_other_answers_are_read_by_their_status(server: FakeNtfy, engine: Engine, status: int, answer: Answer) -> None:
    server.replies.append(Reply(status, {}, ["no", "object"]))
    assert send(engine, server.topic()).answer == answer


def test_it_waits_as_long_as_the_server_asks(server: FakeNtfy, engine: Engine) -> None:
    server.replies.append(ntfy_error(429, 42901, "limit reached", **{"Retry-After": "120"}))
    result = send(engine, server.topic())
    assert (result.answer, result.retry_after) == (Answer.RETRY, timedelta(seconds=120))


def test_a_message_that_is_too_large_is_sent_with_a_shorter_text(settings: Any, engine: Engine) -> None:
    with FakeNtfy(most_bytes=2000) as server:
        settings.WEB_PUSH_PRIVATE_HOSTS = [server.host]
        assert send(engine, server.topic(), message="ä" * 3000).answer == Answer.ACCEPTED
        assert server.sizes[0] <= 4096
        assert server.sizes[1] <= 2000
        assert server.texts[0].endswith("…")


def test_one_that_stays_too_large_is_refused(settings: Any, engine: Engine) -> None:
    with FakeNtfy(most_bytes=10) as server:
        settings.WEB_PUSH_PRIVATE_HOSTS = [server.host]
        result = send(engine, server.topic(), message="ä" * 3000)
        assert (result.answer, result.too_large, result.reason) == (Answer.REFUSED, True, "41303")
        assert len(server.sizes) == 3


def test_a_server_that_does_not_answer_is_tried_again(engine: Engine, settings: Any) -> None:
    settings.WEB_PUSH_PRIVATE_HOSTS = ["127.0.0.1:1"]
    result = send(engine, "http://127.0.0.1:1/topic")
    assert result.answer == Answer.RETRY
    assert result.detail


def test_a_private_address_is_not_sent_to(engine: Engine) -> None:
    result = send(engine, "https://127.0.0.1:8443/topic")
    assert (result.answer, result.detail) == (Answer.REFUSED, NOT_PUBLIC)


def test_the_access_token_is_never_logged(server: FakeNtfy, engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    server.replies.append(ntfy_error(401, 40101, "unauthorized"))
    result = send(engine, server.topic())
    assert result.answer == Answer.UNAUTHORIZED
    assert ACCESS_TOKEN not in caplog.text + repr(result)
