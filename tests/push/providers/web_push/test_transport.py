"""Web push messages: what goes over the wire, and what the answers mean."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from push.http.engine import Engine
from push.models import Answer, Device
from push.providers.web_push.encryption import RECORD_BYTES
from push.providers.web_push.meanings import WEBPUSH_MEANINGS
from push.providers.web_push.transport import (
    PLAIN_MAX_BYTES,
    WebPushMessage,
    content_fit,
    request_of,
    webpush_send,
)
from push.providers.web_push.vapid import VapidIdentity, base64url, base64url_decode, vapid_keys_new
from tests.fakes.gateway import Reply
from tests.fakes.webpush import FakePushService, Subscription

PUBLIC, PRIVATE = vapid_keys_new()
IDENTITY = VapidIdentity(PUBLIC, PRIVATE, "mailto:ops@example.org")


@pytest.fixture
def service(settings: Any) -> Iterator[FakePushService]:
    with FakePushService() as fake:
        settings.WEB_PUSH_PRIVATE_HOSTS = [fake.host]
        yield fake


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine(timeout=30)
    yield engine
    engine.close()


def device_of(subscription: Subscription) -> Device:
    return Device(
        type="webpush",
        token=subscription.endpoint,
        public_key=subscription.p256dh,
        auth_secret=subscription.auth,
    )


def message_to(device: Device, text: str = "disk full", **content: Any) -> WebPushMessage:
    content = {"kind": "message", "title": "#ops", "text": text, **content}
    return WebPushMessage(device, content, topic="room-1", lifetime=60, urgency="high")


def test_a_message_is_encrypted_for_its_receiver_and_signed_by_the_workspace(
    service: FakePushService, engine: Engine
) -> None:
    subscription = service.subscribe(PUBLIC)
    [answer] = webpush_send([message_to(device_of(subscription), "Grüße 🎭")], identity=IDENTITY, engine=engine)
    assert (answer.answer, answer.status) == (Answer.ACCEPTED, 201)
    [delivered] = service.delivered
    assert delivered.content == {"kind": "message", "title": "#ops", "text": "Grüße 🎭"}
    assert {name: delivered.headers[name] for name in ("ttl", "urgency", "topic", "content-encoding")} == {
        "ttl": "60",
        "urgency": "high",
        "topic": "room-1",
        "content-encoding": "aes128gcm",
    }
    assert delivered.claims["aud"] == service.address
    assert delivered.claims["sub"] == "mailto:ops@example.org"
    assert 0 < delivered.claims["exp"] - timezone.now().timestamp() <= 24 * 3600


def test_nothing_of_the_message_is_readable_on_the_way(service: FakePushService) -> None:
    request = request_of(message_to(device_of(service.subscribe(PUBLIC)), "a secret"), IDENTITY)
    for part in (request.body, *(header.encode() for header in request.headers)):
        assert b"secret" not in part
        assert b"ops" not in part.replace(b"ops@example.org", b"")


def test_each_message_has_keys_of_its_own(service: FakePushService) -> None:
    message = message_to(device_of(service.subscribe(PUBLIC)))
    assert request_of(message, IDENTITY).body != request_of(message, IDENTITY).body


def test_a_long_text_is_shortened_to_what_every_push_service_takes(service: FakePushService, engine: Engine) -> None:
    device = device_of(service.subscribe(PUBLIC))
    [answer] = webpush_send([message_to(device, "ä" * 9000)], identity=IDENTITY, engine=engine)
    assert answer.answer == Answer.ACCEPTED
    assert RECORD_BYTES - 3 <= service.delivered[0].size <= RECORD_BYTES
    assert service.delivered[0].content["text"].endswith("ä…")


def test_a_service_that_takes_less_gets_less(service: FakePushService, engine: Engine) -> None:
    subscription = service.subscribe(PUBLIC)
    service.script(subscription, Reply(413))
    [answer] = webpush_send([message_to(device_of(subscription), "x" * 3000)], identity=IDENTITY, engine=engine)
    assert answer.answer == Answer.ACCEPTED
    assert 1500 < len(service.delivered[0].content["text"]) < 2000


def test_what_stays_too_large_is_refused_for_good(service: FakePushService, engine: Engine) -> None:
    subscription = service.subscribe(PUBLIC)
    service.script(subscription, Reply(413), Reply(413), Reply(413))
    [answer] = webpush_send([message_to(device_of(subscription))], identity=IDENTITY, engine=engine)
    assert (answer.answer, answer.too_large) == (Answer.REFUSED, True)
    assert service.requests == 3


def test_encrypted_content_gives_way_before_the_text_does() -> None:
    content = {"kind": "message", "text": "You have a new message", "payload": {"rid": "r", "msg": "x" * 5000}}
    fitted = content_fit(content, PLAIN_MAX_BYTES)
    assert fitted == b'{"kind":"message","text":"You have a new message","payload":{"rid":"r"}}'


@pytest.mark.parametrize("meaning", WEBPUSH_MEANINGS, ids=lambda meaning: str(meaning.status))
def test_every_answer_means_what_its_row_says(service: FakePushService, engine: Engine, meaning: Any) -> None:
    subscription = service.subscribe(PUBLIC)
    service.script(subscription, *[Reply(meaning.status)] * 3)
    [answer] = webpush_send([message_to(device_of(subscription))], identity=IDENTITY, engine=engine)
    assert (answer.answer, answer.status, answer.too_large) == (meaning.answer, meaning.status, meaning.too_large)
    assert answer.detail == ("" if meaning.answer == Answer.ACCEPTED else str(meaning.sentence))
    assert not answer.misconfigured, "what anybody's push service says must not stop everybody's pushes"


@pytest.mark.parametrize(
    ("status", "answer"),
    [(206, Answer.ACCEPTED), (301, Answer.REFUSED), (307, Answer.REFUSED), (418, Answer.REFUSED), (599, Answer.RETRY)],
)
def test_other_answers_mean_what_their_class_says(
    service: FakePushService, engine: Engine, status: int, answer: Answer
) -> None:
    subscription = service.subscribe(PUBLIC)
    service.script(subscription, Reply(status))
    assert webpush_send([message_to(device_of(subscription))], identity=IDENTITY, engine=engine)[0].answer == answer


def test_a_redirection_is_not_followed(service: FakePushService, engine: Engine) -> None:
    subscription, other = service.subscribe(PUBLIC), service.subscribe(PUBLIC)
    service.script(subscription, Reply(307, {"Location": other.endpoint}))
    webpush_send([message_to(device_of(subscription))], identity=IDENTITY, engine=engine)
    assert (service.delivered, service.requests) == ([], 1)


def test_a_push_service_says_when_to_try_again(service: FakePushService, engine: Engine) -> None:
    subscription = service.subscribe(PUBLIC)
    service.script(subscription, Reply(429, {"Retry-After": "120"}))
    [answer] = webpush_send([message_to(device_of(subscription))], identity=IDENTITY, engine=engine)
    assert (answer.answer, answer.retry_after) == (Answer.RETRY, timedelta(seconds=120))


def test_a_subscription_for_another_key_is_told_apart(service: FakePushService, engine: Engine) -> None:
    old = service.subscribe(vapid_keys_new()[0])
    [answer] = webpush_send([message_to(device_of(old))], identity=IDENTITY, engine=engine)
    assert (answer.answer, answer.status) == (Answer.UNAUTHORIZED, 403)


def test_one_devices_useless_keys_hold_up_no_other(service: FakePushService, engine: Engine) -> None:
    broken, good = device_of(service.subscribe(PUBLIC)), device_of(service.subscribe(PUBLIC))
    broken.public_key = base64url(b"\x04" + b"\x01" * 64)
    answers = webpush_send([message_to(broken), message_to(good)], identity=IDENTITY, engine=engine)
    assert [answer.answer for answer in answers] == [Answer.REFUSED, Answer.ACCEPTED]


def test_no_answer_is_tried_again(engine: Engine, settings: Any) -> None:
    with FakePushService() as gone:
        settings.WEB_PUSH_PRIVATE_HOSTS = [gone.host]
        device = device_of(gone.subscribe(PUBLIC))
    assert webpush_send([message_to(device)], identity=IDENTITY, engine=engine)[0].answer == Answer.RETRY


def test_base64url_is_read_in_every_spelling() -> None:
    assert base64url_decode("-_8") == base64url_decode("-_8=") == base64url_decode("+/8=") == b"\xfb\xff"
    for wrong in ("a", "a b=", "ü", "ab$d"):
        with pytest.raises(ValueError, match=r".*"):
            base64url_decode(wrong)
