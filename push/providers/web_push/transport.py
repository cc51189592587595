"""Web push: one encrypted POST to the push service of a browser or app (RFC 8030, RFC 8291, RFC 8188).

The push service carries the message without being able to read it. The same protocol serves UnifiedPush apps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from push.http.engine import Engine
from push.http.exchanges import NOT_PUBLIC
from push.http.requests import HttpAnswer, HttpRequest, Lane
from push.models import Answer, Device
from push.providers.answers import DETAIL_LENGTH, SendAnswer
from push.providers.endpoints import EndpointError, endpoint_split, is_trusted, proxied_check
from push.providers.fitting import CONTENT_KEYS, TEXT_WORTH_KEEPING, text_fit
from push.providers.meanings import patient, unanswered
from push.providers.routes import DevicePush, Route
from push.providers.steps import Part, Steps, steps_run
from push.providers.web_push.encryption import CURVE, OVERHEAD_BYTES, RECORD_BYTES, message_encrypt
from push.providers.web_push.meanings import meaning_of
from push.providers.web_push.vapid import VapidIdentity, base64url_decode, vapid_authorization

# The type of the devices.
TYPE = "webpush"
# Every push service takes 4,096 bytes (RFC 8030, 7.2), of which encryption needs 103 (RFC 8291, 4).
PLAIN_MAX_BYTES = RECORD_BYTES - OVERHEAD_BYTES
# What is tried, one after the other, with a service that finds the message too large all the same.
SMALLER_BYTES = (2000, 1000)
AUTH_BYTES = 16

PUBLIC_LANE = Lane("webpush")
PRIVATE_LANE = Lane("webpush-private", public_only=False)


@dataclass(frozen=True, slots=True)
class WebPushMessage:
    """One message for one subscription.

    `content` is what the service worker or app reads; of it, `text` may be shortened. `topic` is the same for messages
    that replace each other while they wait for the device, `lifetime` is for how many seconds they do, and `urgency`
    whether a device that saves power is woken: `very-low`, `low`, `normal` or `high`.
    """

    device: Device
    content: dict[str, Any]
    topic: str
    lifetime: int
    urgency: str = "normal"


def webpush_transport(pushes: Sequence[DevicePush], *, route: Route) -> list[Part]:
    """Send the pushes to the browsers' push services, signed with the workspace's VAPID key."""
    messages = [WebPushMessage(push.device, **push.options) for push in pushes]
    return [Part((place,), webpush_steps([message], identity=route.way)) for place, message in enumerate(messages)]


def webpush_send(messages: Sequence[WebPushMessage], *, identity: VapidIdentity, engine: Engine) -> list[SendAnswer]:
    """Send the messages together and return the answers in the same order."""
    return steps_run([webpush_steps(messages, identity=identity)], engine=engine)[0]


def webpush_steps(messages: Sequence[WebPushMessage], *, identity: VapidIdentity) -> Steps:
    """Send the messages; those that are too large for a service are shortened and sent again."""
    answers: dict[int, SendAnswer] = {}
    remaining = list(range(len(messages)))
    for limit in (PLAIN_MAX_BYTES, *SMALLER_BYTES):
        requests: dict[int, HttpRequest] = {}
        for index in remaining:
            try:
                requests[index] = request_of(messages[index], identity, limit=limit)
            except (EndpointError, ValueError) as error:
                answers[index] = SendAnswer(Answer.REFUSED, detail=str(error)[:DETAIL_LENGTH])
        responses = yield list(requests.values())
        answers |= {index: answer_read(answer) for index, answer in zip(requests, responses, strict=True)}
        remaining = [index for index in requests if answers[index].too_large]
        if not remaining:
            break
    return [answers[index] for index in range(len(messages))]


def request_of(message: WebPushMessage, identity: VapidIdentity, *, limit: int = PLAIN_MAX_BYTES) -> HttpRequest:
    """Return the request that sends the message, with at most `limit` bytes of content before encryption.

    Raises EndpointError for an endpoint that may not be sent to, ValueError for keys that nothing can be encrypted for
    and for content that cannot be made small enough.
    """
    endpoint = message.device.token
    parts = endpoint_split(endpoint)
    proxied_check(parts)
    headers = {
        "Authorization": vapid_authorization(identity, endpoint),
        "Content-Type": "application/octet-stream",
        "Content-Encoding": "aes128gcm",
        "TTL": message.lifetime,
        "Urgency": message.urgency,
        "Topic": message.topic,
    }
    return HttpRequest(
        url=endpoint,
        body=encrypted(content_fit(message.content, limit), message.device),
        headers=tuple(f"{name}: {value}" for name, value in headers.items()),
        lane=PRIVATE_LANE if is_trusted(parts) else PUBLIC_LANE,
    )


def content_fit(content: dict[str, Any], limit: int) -> bytes:
    """Return the content as JSON of at most `limit` bytes, its text as long as that allows.

    Only when hardly any text would be left, an encrypted message's content is taken out: apps can fetch it. Raises
    ValueError when not even that is enough.
    """
    payload = {name: value for name, value in content.get("payload", {}).items() if name not in CONTENT_KEYS}
    for candidate, worth in ((content, TEXT_WORTH_KEEPING), ({**content, "payload": payload}, 1)):
        if best := text_fit(candidate, limit, at_least=min(worth, len(content.get("text", "")))):
            return best
    raise ValueError("The push is too large.")


def encrypted(plain: bytes, device: Device) -> bytes:
    """Return the bytes as only the device can read them; ValueError where its keys are none."""
    return message_encrypt(
        plain,
        public_key=public_key_bytes(device.public_key),
        auth_secret=auth_secret_bytes(device.auth_secret),
    )


def public_key_bytes(text: str) -> bytes:
    """Return a subscription's public key (`p256dh`); raises ValueError unless it is a point on the curve P-256."""
    point = base64url_decode(text)
    if len(point) != 65:
        raise ValueError("An uncompressed point of P-256 has 65 bytes.")
    ec.EllipticCurvePublicKey.from_encoded_point(CURVE, point)
    return point


def auth_secret_bytes(text: str) -> bytes:
    """Return a subscription's authentication secret (`auth`); raises ValueError unless it has 16 bytes."""
    secret = base64url_decode(text)
    if len(secret) != AUTH_BYTES:
        raise ValueError("The authentication secret has 16 bytes.")
    return secret


def answer_read(answer: HttpAnswer) -> SendAnswer:
    """Return what a push service's HTTP answer means."""
    if answer.error == NOT_PUBLIC:
        return SendAnswer(Answer.REFUSED, detail=NOT_PUBLIC)
    if answer.status is None:
        return unanswered(answer)
    meaning = meaning_of(answer.status)
    detail = "" if meaning.answer == Answer.ACCEPTED else str(meaning.sentence)
    return patient(meaning.read(answer, detail=detail), answer)
