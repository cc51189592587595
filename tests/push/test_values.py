"""The representation of values with secrets or message texts does not reveal them, for example in a traceback."""

from __future__ import annotations

import pytest

from push.gateway.services import Credentials
from push.http.requests import HttpAnswer, HttpRequest
from push.providers.gateway.batches import Chunk
from push.providers.google.credentials import ServiceAccount
from push.providers.pushes import Push

SECRET = "what nobody may read"


@pytest.mark.parametrize(
    "value",
    [
        ServiceAccount("a@example.org", "project", "key-id", SECRET),
        Credentials(authorization=SECRET, gateway_key=SECRET),
        Push(type="apn", token=SECRET, title=SECRET, text=SECRET, payload={"text": SECRET}),
        Chunk((0,), SECRET.encode()),
        HttpRequest("https://example.org/", body=SECRET.encode(), headers=(SECRET,)),
        HttpAnswer(200, headers={"set-cookie": SECRET}, body=SECRET.encode()),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_value_does_not_tell_its_secrets(value: object) -> None:
    assert SECRET not in repr(value)
