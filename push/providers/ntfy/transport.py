"""Publishing to ntfy servers: one POST of JSON to the root of the server.

Source: ntfy, "Publish as JSON" (https://docs.ntfy.sh/publish/#publish-as-json).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from push.http.exchanges import NOT_PUBLIC
from push.http.requests import HttpAnswer, HttpRequest, origin_of
from push.models import Answer
from push.providers.answers import DETAIL_LENGTH, SendAnswer
from push.providers.endpoints import EndpointError, is_trusted, proxied_check
from push.providers.fitting import text_fit
from push.providers.meanings import json_object, patient, unanswered
from push.providers.ntfy.meanings import meaning_of
from push.providers.ntfy.topics import NtfyServer, topic_split
from push.providers.routes import DevicePush, Route
from push.providers.steps import Part, Steps

# Bytes of JSON: what servers accept by default ("Limitations": 4,096 for a message), then for one that refuses that.
LIMITS = (4096, 2000, 1000)


def ntfy_transport(pushes: Sequence[DevicePush], *, route: Route) -> list[Part]:
    """Send the pushes to their topics, with the access token of the route's server if it is theirs."""
    return [Part((place,), message_steps(push, server=route.way)) for place, push in enumerate(pushes)]


def message_steps(push: DevicePush, *, server: NtfyServer) -> Steps:
    """Send one message; again with a shorter text if the server finds it too large."""
    is_own = origin_of(push.device.token) == server.address
    result = SendAnswer(Answer.REFUSED, too_large=True)
    for limit in LIMITS:
        try:
            request = message_request(push, access_token=server.access_token if is_own else "", limit=limit)
        except (EndpointError, ValueError) as error:
            return [SendAnswer(Answer.REFUSED, detail=str(error)[:DETAIL_LENGTH])]
        (answer,) = yield [request]
        result = answer_read(answer, is_own=is_own)
        if not result.too_large:
            break
    return [result]


def message_request(push: DevicePush, *, access_token: str, limit: int) -> HttpRequest:
    """Return the request that publishes a message, with at most `limit` bytes of JSON.

    Raises EndpointError for an address that may not be sent to, ValueError for a message that cannot be made small
    enough.
    """
    parts, topic = topic_split(push.device.token)
    proxied_check(parts)
    content: dict[str, Any] = {"topic": topic, **push.options}
    body = text_fit(content, limit, at_least=1, key="message")
    if not body:
        raise ValueError("The push is too large.")
    headers = ("Content-Type: application/json",)
    return HttpRequest(
        url=f"{parts.scheme}://{parts.netloc}/",
        body=body,
        headers=(*headers, f"Authorization: Bearer {access_token}") if access_token else headers,
        public_only=not is_trusted(parts),
    )


def answer_read(answer: HttpAnswer, *, is_own: bool) -> SendAnswer:
    """Return what a server's answer means; `is_own`: of the workspace's server."""
    if answer.error == NOT_PUBLIC:
        return SendAnswer(Answer.REFUSED, detail=NOT_PUBLIC)
    if answer.status is None:
        return unanswered(answer)
    if 200 <= answer.status < 300:
        return SendAnswer(Answer.ACCEPTED, answer.status, tries=answer.tries)
    body = json_object(answer.body)
    code = str(body["code"])[:10] if isinstance(body.get("code"), int) else ""
    meaning = meaning_of(answer.status, code, is_own=is_own)
    detail = body.get("error")
    return patient(
        meaning.read(answer, detail=detail if isinstance(detail, str) else "", reason=code),
        answer,
    )
