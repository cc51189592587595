"""A registered workspace and its requests."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from cloud.models import RegisteredWorkspace
from tests.factories import registered

TOKEN = "a1" * 32
Send = Callable[..., HttpResponse]


def options(**fields: Any) -> dict[str, Any]:
    """Return the push options that a workspace's server sends."""
    return {
        "createdAt": "2026-05-04T12:00:00.000Z",
        "createdBy": "<SERVER>",
        "sent": False,
        "sending": 0,
        "uniqueId": "u1",
        "from": "push",
        "badge": 3,
        "sound": "default",
        "priority": 10,
        "title": "#ops",
        "text": "ana: disk full",
        "payload": {"host": "https://chat.example.org/", "rid": "r1", "messageId": "m1", "type": "c"},
        "userId": "abc",
        "notId": 42,
        "gcm": {"style": "inbox", "image": "https://chat.example.org/icon.png"},
        "apn": {"category": "MESSAGE"},
        "topic": "chat.rocket.reactnative",
        **fields,
    }


@pytest.fixture
def registration(db: None) -> tuple[RegisteredWorkspace, str]:
    return registered()


@pytest.fixture
def access_token(registration: tuple[RegisteredWorkspace, str]) -> str:
    return registration[1]


@pytest.fixture
def send(client: Client, access_token: str) -> Send:
    """Return a function that sends one push: `body` in full, or made of `token` and `options`."""

    def _send(
        *,
        type: str = "apn",
        token: Any = TOKEN,
        body: bytes | None = None,
        authorization: str | None = None,
        **fields: Any,
    ) -> HttpResponse:
        content = json.dumps({"token": token, "options": options(**fields)}).encode() if body is None else body
        header = f"Bearer {access_token}" if authorization is None else authorization
        headers = {"Authorization": header} if header else {}
        return client.post(f"/push/{type}/send", content, content_type="application/json", headers=headers)

    return _send


@pytest.fixture
def send_batch(client: Client, access_token: str) -> Send:
    """Return a function that sends a batch to the devices: pairs of a type and a token, or whole objects."""

    def _send(*devices: Any, key: str = "", authorization: str | None = None, **fields: Any) -> HttpResponse:
        listed = [
            dict(zip(("type", "token"), device, strict=True)) if isinstance(device, tuple) else device
            for device in devices
        ]
        content = json.dumps({"options": options(**fields), "devices": listed})
        header = f"Bearer {access_token}" if authorization is None else authorization
        headers = {"Authorization": header} if header else {}
        headers |= {"Idempotency-Key": key} if key else {}
        return client.post("/push/batch", content, content_type="application/json", headers=headers)

    return _send
