"""Pushing to Apple, against a server that checks what Apple checks."""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from push.http.engine import Engine
from push.models import Answer
from push.providers.answers import SendAnswer
from push.providers.apple.credentials import AppleCertificate, AppleCredentials, AppleTokenKey
from push.providers.apple.transport import apple_send
from push.providers.pushes import Push
from tests.fakes.apple import FakeApple, apple_error
from tests.fakes.certificates import Authority, TokenKey, token_key_make
from tests.fakes.scripting import Reply

Send = Callable[..., list[SendAnswer]]
APP = "chat.callboard.app"
REFUSED_STREAM, INTERNAL_ERROR = 7, 2


def token_of(number: int) -> str:
    return f"{number:064x}"


def push_for(number: int = 1, **fields: Any) -> Push:
    known = {"title": "#ops", "text": "ana: disk full", "not_id": 42, "topic": APP, "identity": str(uuid.uuid4())}
    return Push(type="apn", token=token_of(number), **(known | fields))


@pytest.fixture
def send(fake_apple: FakeApple, apple_credentials: AppleCredentials, trusting_engine: Engine) -> Send:
    """Sends pushes to the fake, with its token key unless other credentials are given."""

    def send_with(pushes: list[Push], credentials: AppleCredentials = apple_credentials) -> list[SendAnswer]:
        return apple_send(pushes, credentials=credentials, engine=trusting_engine)

    return send_with


def test_a_push_arrives_with_its_headers_and_body(fake_apple: FakeApple, send: Send) -> None:
    push = push_for(badge=3, sound="default", category="MESSAGE", sender="push", payload={"rid": "r1"})
    [answer] = send([push])
    assert (answer.answer, answer.status, answer.tries) == (Answer.ACCEPTED, 200, 1)
    [received] = fake_apple.accepted
    assert received.token == push.token
    assert received.payload == {
        "aps": {
            "alert": {"title": "#ops", "body": "ana: disk full"},
            "badge": 3,
            "sound": "default",
            "category": "MESSAGE",
            "thread-id": "42",
            "mutable-content": 1,
        },
        "ejson": '{"rid":"r1"}',
        "messageFrom": "push",
    }
    assert (received.id, received.topic, received.headers["apns-priority"]) == (push.identity, APP, "10")
    assert received.headers["apns-push-type"] == "alert"
    assert received.headers["content-type"] == "application/json"


def test_answers_come_in_the_order_of_the_pushes(fake_apple: FakeApple, send: Send) -> None:
    for number in range(0, 60, 3):
        fake_apple.script(token_of(number), apple_error("Unregistered"))
        fake_apple.script(token_of(number + 1), apple_error("TooManyRequests"))
    answers = send([push_for(number) for number in range(60)])
    assert [answer.answer for answer in answers] == [Answer.DEAD, Answer.RETRY, Answer.ACCEPTED] * 20


def test_all_of_a_batch_and_of_the_next_go_over_one_connection(fake_apple: FakeApple, send: Send) -> None:
    for _batch in range(3):
        send([push_for(number) for number in range(50)])
    assert len(fake_apple.accepted) == 150
    assert len(fake_apple.connections) == 1


def test_the_development_service_is_used_when_production_is_off(
    fake_apple: FakeApple, send: Send, apple_credentials: AppleCredentials, settings: Any
) -> None:
    credentials = AppleCredentials(apple_credentials.method, production=False)
    with FakeApple(fake_apple.authority, keys=fake_apple.keys.values()) as sandbox:
        settings.APPLE_SANDBOX_URL = sandbox.address
        [answer] = send([push_for()], credentials)
        assert (answer.answer, len(sandbox.accepted), fake_apple.received) == (Answer.ACCEPTED, 1, [])


def test_a_dead_token_tells_since_when(fake_apple: FakeApple, send: Send) -> None:
    since = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    fake_apple.script(token_of(1), apple_error("Unregistered", since=since))
    [answer] = send([push_for()])
    assert (answer.answer, answer.dead_since, answer.reason) == (Answer.DEAD, since, "Unregistered")


def test_a_long_text_is_shortened_and_never_dropped(fake_apple: FakeApple, send: Send) -> None:
    push = push_for(text="ana: " + "👩‍👩‍👧 " * 2000)
    [answer] = send([push])
    assert answer.answer == Answer.ACCEPTED
    assert fake_apple.accepted[0].payload["aps"]["alert"]["body"].endswith("👩‍👩‍👧…")


def test_what_cannot_be_made_to_fit_is_refused_and_holds_up_no_other(send: Send) -> None:
    pushes = [push_for(1), push_for(2, payload={"host": "h" * 5000}), push_for(3)]
    answers = send(pushes)
    assert [answer.answer for answer in answers] == [Answer.ACCEPTED, Answer.REFUSED, Answer.ACCEPTED]
    assert (answers[1].too_large, answers[1].reason) == (True, "PayloadTooLarge")


def test_a_token_cannot_lead_elsewhere(send: Send) -> None:
    push = Push(type="apn", token="../x?y#z\r\nevil: 1", text="hi", topic=APP)
    [answer] = send([push])
    assert (answer.answer, answer.reason) == (Answer.DEAD, "BadDeviceToken")


@pytest.mark.parametrize("topic", ["an.app\r\nauthorization: bearer x", "an app", "ünser.app"])
def test_an_app_name_that_is_none_is_refused_without_asking_apple(
    fake_apple: FakeApple, send: Send, topic: str
) -> None:
    bad, good = send([push_for(1, topic=topic), push_for(2)])
    assert (bad.answer, bad.reason, good.answer) == (Answer.REFUSED, "BadTopic", Answer.ACCEPTED)
    assert len(fake_apple.received) == 1


# Credentials.


def test_the_provider_token_is_used_for_forty_minutes_and_then_replaced(fake_apple: FakeApple, send: Send) -> None:
    with time_machine.travel(datetime(2026, 3, 1, 12, 0, tzinfo=UTC), tick=False) as clock:
        for minutes in (0, 39, 1, 5):
            clock.shift(60 * minutes)
            [answer] = send([push_for()])
            assert answer.answer == Answer.ACCEPTED
    tokens = [push.headers["authorization"] for push in fake_apple.received]
    assert tokens[0] == tokens[1]
    assert tokens[2] == tokens[3] != tokens[0]


def test_threads_share_the_provider_token(
    fake_apple: FakeApple, apple_credentials: AppleCredentials, authority_file: Any
) -> None:
    def send() -> None:
        engine = Engine(ca_file=str(authority_file))
        apple_send([push_for()], credentials=apple_credentials, engine=engine)
        engine.close()

    threads = [threading.Thread(target=send) for _thread in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(fake_apple.accepted) == 5
    assert len({push.headers["authorization"] for push in fake_apple.accepted}) == 1


def test_an_expired_provider_token_is_renewed_once_and_the_pushes_sent_again_under_their_ids(
    fake_apple: FakeApple, send: Send
) -> None:
    pushes = [push_for(number) for number in range(4)]
    with time_machine.travel(datetime(2026, 3, 1, 12, 0, tzinfo=UTC), tick=False) as clock:
        send([push_for(9)])
        clock.shift(1)
        for push in pushes[:2]:
            fake_apple.script(push.token, apple_error("ExpiredProviderToken"))
        answers = send(pushes)
    assert [answer.answer for answer in answers] == [Answer.ACCEPTED] * 4
    accepted = {push.id: push.headers["authorization"] for push in fake_apple.accepted}
    assert Counter(push.id for push in fake_apple.accepted if push.id in {push.identity for push in pushes}) == Counter(
        push.identity for push in pushes
    )
    assert accepted[pushes[0].identity] == accepted[pushes[1].identity] != accepted[pushes[2].identity]


def test_a_provider_token_that_stays_expired_means_wrong_credentials(fake_apple: FakeApple, send: Send) -> None:
    fake_apple.script(token_of(1), *[apple_error("ExpiredProviderToken")] * 2)
    [answer] = send([push_for()])
    assert (answer.answer, answer.reason, answer.misconfigured) == (Answer.UNAUTHORIZED, "ExpiredProviderToken", True)
    assert len(fake_apple.received) == 2


def test_a_revoked_key_means_wrong_credentials(send: Send) -> None:
    other = token_key_make("OTHERKEY01")
    credentials = AppleCredentials(AppleTokenKey(other.key, other.key_id, other.team_id))
    [answer] = send([push_for()], credentials)
    assert (answer.answer, answer.reason, answer.misconfigured) == (Answer.UNAUTHORIZED, "InvalidProviderToken", True)


def test_each_key_has_connections_of_its_own(
    fake_apple: FakeApple, send: Send, apple_credentials: AppleCredentials
) -> None:
    second: TokenKey = token_key_make("SECONDKEY1")
    fake_apple.keys[second.key_id] = second
    others = AppleCredentials(AppleTokenKey(second.key, second.key_id, second.team_id))
    for credentials in (apple_credentials, others, apple_credentials, others):
        [answer] = send([push_for()], credentials)
        assert answer.answer == Answer.ACCEPTED
    assert len(fake_apple.connections) == 2


@pytest.mark.parametrize("passphrase", ["", "a passphrase"])
def test_a_certificate_authenticates(fake_apple: FakeApple, send: Send, authority: Authority, passphrase: str) -> None:
    issued = authority.push_certificate(APP, passphrase=passphrase)
    credentials = AppleCredentials(AppleCertificate(issued.certificate, issued.key, passphrase))
    pushes = [push_for(1), push_for(2, topic="another.app")]
    answers = send(pushes, credentials)
    assert [answer.reason for answer in answers] == ["", "TopicDisallowed"]
    assert answers[1].misconfigured
    assert [(push.method, "authorization" in push.headers) for push in fake_apple.accepted] == [("certificate", False)]


def test_each_certificate_has_connections_of_its_own(send: Send, authority: Authority) -> None:
    for app in ("one.app", "two.app", "one.app", "two.app"):
        issued = authority.push_certificate(app)
        credentials = AppleCredentials(AppleCertificate(issued.certificate, issued.key))
        [answer] = send([push_for(topic=app)], credentials)
        assert answer.answer == Answer.ACCEPTED


@pytest.mark.parametrize("fault", ["expired", "another key", "wrong passphrase", "no certificate", "no token key"])
def test_unusable_credentials_are_told_without_asking_apple(
    fake_apple: FakeApple, send: Send, authority: Authority, fault: str
) -> None:
    issued, other = authority.push_certificate(APP, passphrase="p"), authority.push_certificate(APP, passphrase="p")
    method: AppleCertificate | AppleTokenKey = {
        "expired": AppleCertificate(authority.push_certificate(APP, days=-1).certificate, issued.key, "p"),
        "another key": AppleCertificate(issued.certificate, other.key, "p"),
        "wrong passphrase": AppleCertificate(issued.certificate, issued.key, "q"),
        "no certificate": AppleCertificate("nonsense", issued.key, "p"),
        "no token key": AppleTokenKey("nonsense", "KEYCALLBRD", "TEAMCALLBD"),
    }[fault]
    [answer] = send([push_for()], AppleCredentials(method))
    assert (answer.answer, answer.misconfigured, answer.status) == (Answer.UNAUTHORIZED, True, None)
    assert answer.detail
    assert fake_apple.received == []


def test_credentials_do_not_show_in_representations(authority: Authority, token_key: TokenKey) -> None:
    issued = authority.push_certificate(APP, passphrase="a passphrase")
    certificate = AppleCredentials(AppleCertificate(issued.certificate, issued.key, "a passphrase"))
    key = AppleCredentials(AppleTokenKey(token_key.key, token_key.key_id, token_key.team_id))
    assert "PRIVATE" not in repr([certificate, key])
    assert "passphrase'" not in repr(certificate)


# What goes wrong on the way.


@pytest.mark.thorough
def test_a_connection_that_is_told_to_end_loses_and_doubles_nothing(fake_apple: FakeApple, send: Send) -> None:
    fake_apple.faults.goaway_after = 50
    pushes = [push_for(number) for number in range(400)]
    answers = send(pushes)
    assert [answer.answer for answer in answers] == [Answer.ACCEPTED] * 400
    assert Counter(push.id for push in fake_apple.accepted) == Counter(push.identity for push in pushes)
    assert len(fake_apple.connections) >= 8


def test_a_stream_that_the_server_took_back_is_sent_again(fake_apple: FakeApple, send: Send) -> None:
    fake_apple.script(token_of(1), Reply(reset=REFUSED_STREAM))
    [answer] = send([push_for()])
    assert answer.answer == Answer.ACCEPTED
    assert len(fake_apple.accepted) == 1


def test_a_connection_that_breaks_off_loses_nothing_and_what_may_have_arrived_twice_is_counted(
    fake_apple: FakeApple, send: Send
) -> None:
    for number in range(0, 200, 20):
        fake_apple.script(token_of(number), Reply(cut="after"))
    pushes = [push_for(number) for number in range(200)]
    answers = send(pushes)
    arrived = Counter(push.id for push in fake_apple.accepted)
    settled = {push.identity for push, answer in zip(pushes, answers, strict=True) if answer.answer == Answer.ACCEPTED}
    assert settled <= set(arrived)
    assert all(answer.answer in {Answer.ACCEPTED, Answer.RETRY} for answer in answers)
    for push, answer in zip(pushes, answers, strict=True):
        assert arrived[push.identity] <= answer.tries


def test_a_repeated_push_shows_once_on_the_device(fake_apple: FakeApple, send: Send) -> None:
    fake_apple.script(token_of(1), Reply(cut="after"))
    push = push_for()
    [answer] = send([push])
    assert answer.answer == Answer.ACCEPTED
    assert answer.tries >= len(fake_apple.accepted) == 2
    assert {(one.id, one.headers["apns-collapse-id"]) for one in fake_apple.accepted} == {
        (push.identity, push.identity)
    }


def test_few_streams_at_once_are_enough(fake_apple: FakeApple, send: Send) -> None:
    fake_apple.faults.streams = 3
    answers = send([push_for(number) for number in range(100)])
    assert [answer.answer for answer in answers] == [Answer.ACCEPTED] * 100
    assert len(fake_apple.connections) <= 4


@pytest.mark.thorough
def test_a_slow_push_holds_up_no_other(
    fake_apple: FakeApple, apple_credentials: AppleCredentials, authority_file: Any
) -> None:
    engine = Engine(timeout=1, ca_file=str(authority_file))
    fake_apple.script(token_of(1), Reply(hold=threading.Event()))
    slow, quick = apple_send([push_for(1), push_for(2)], credentials=apple_credentials, engine=engine)
    engine.close()
    assert (slow.answer, quick.answer) == (Answer.RETRY, Answer.ACCEPTED)
    assert "1 seconds" in slow.detail


def test_a_body_in_another_shape_is_read_by_its_status(fake_apple: FakeApple, send: Send) -> None:
    fake_apple.script(token_of(1), Reply(503, ["out of order"], {"retry-after": "9"}))
    [answer] = send([push_for()])
    assert (answer.answer, answer.status) == (Answer.RETRY, 503)
    assert answer.retry_after is not None
    assert answer.retry_after.total_seconds() == 9


def test_no_pushes_are_no_requests(send: Send) -> None:
    assert send([]) == []
