"""Chunked bodies, without a content length."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import pytest
from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.urls import resolve

from tests.api_client import ApiClient
from tests.factories import RoomFactory, UserFactory
from workspace.models import Message

pytestmark = pytest.mark.django_db


def post_in_chunks(name: str, headers: dict[str, str], body: bytes) -> tuple[int, Any]:
    """Post a body as a server receives it without a content length."""
    sent = {"content-type": "application/json", "transfer-encoding": "chunked"} | headers
    scope = {
        "type": "http",
        "method": "POST",
        "path": ApiClient.address(name),
        "headers": [(header.lower().encode(), value.encode()) for header, value in sent.items()],
    }
    response = resolve(scope["path"]).func(ASGIRequest(scope, BytesIO(body)))
    return response.status_code, json.loads(response.render().content)


@pytest.fixture
def api() -> ApiClient:
    user = UserFactory()
    RoomFactory(public_id="GENERAL", members=[user])
    return ApiClient(user)


def test_chunked_bodies_are_read_like_others(api: ApiClient) -> None:
    body = json.dumps({"roomId": "GENERAL", "text": "hello"}).encode()
    status, answer = post_in_chunks("chat.postMessage", api.headers, body)
    assert (status, answer["message"]["msg"]) == (200, "hello")


def test_chunked_bodies_have_the_same_size_limit(api: ApiClient) -> None:
    body = b"x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
    status, answer = post_in_chunks("chat.postMessage", api.headers, body)
    assert (status, answer["errorType"]) == (413, "error-request-too-large")
    assert not Message.objects.exists()


def test_may_be_empty(api: ApiClient) -> None:
    status, answer = post_in_chunks("logout", api.headers, b"")
    assert (status, answer["status"]) == (200, "success")
