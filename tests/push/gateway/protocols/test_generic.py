"""The push API for programs of one's own, with the requests of its guide."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from django.conf import settings
from django.test import Client

from cloud.models import RegisteredWorkspace
from push.gateway.protocols.generic.openapi import DOCUMENT
from tests.fakes.apple import FakeApple, apple_error
from tests.fakes.google import FakeGoogle, google_error
from tests.push.gateway.protocols.conftest import APP, APPLE_TOKEN, GOOGLE_TOKEN, Post

IPHONE = {"id": "ana-phone", "app": APP, "service": "apple", "token": APPLE_TOKEN}
ANDROID = {"id": "ben-phone", "app": APP, "service": "google", "token": GOOGLE_TOKEN}
NOTIFICATION = {"title": "Ticket 42", "body": "Ana has replied", "badge": 3, "sound": "default", "thread": "ticket-42"}


@pytest.fixture
def protocol() -> str:
    return "generic"


def valid(name: str, document: Any) -> Any:
    """Return the document, after validating it against a schema of the OpenAPI description."""
    schemas = json.loads(json.dumps(DOCUMENT["components"]).replace("#/components/schemas", "#/schemas"))
    jsonschema.validate(document, {"$ref": f"#/schemas/{name}", **schemas})
    return document


def send(post: Post, key: str, *devices: Any, idempotency_key: str = "", **fields: Any) -> Any:
    headers = {"Authorization": f"Bearer {key}"} | ({"Idempotency_Key": idempotency_key} if idempotency_key else {})
    response = post("/push/v1/send", {"notification": {**NOTIFICATION, **fields}, "devices": devices}, **headers)
    return valid("Response" if response.status_code == 200 else "Error", response.document)


def statuses(document: Any) -> list[tuple[str, str]]:
    return [(result.get("id", ""), result["status"]) for result in document["devices"]]


def test_a_notification_for_two_devices(post: Post, key: str, fake_apple: FakeApple, fake_google: FakeGoogle) -> None:
    document = send(post, key, IPHONE, {**ANDROID, "notification": {"badge": 9}}, data={"ticket": 42})
    assert statuses(document) == [("ana-phone", "accepted"), ("ben-phone", "accepted")]
    assert fake_apple.accepted[0].payload == {
        "aps": {
            "alert": {"title": "Ticket 42", "body": "Ana has replied"},
            "badge": 3,
            "sound": "default",
            "thread-id": "ticket-42",
            "mutable-content": 1,
        },
        "data": {"ticket": 42},
    }
    assert fake_google.accepted[0].data == {
        "title": "Ticket 42",
        "body": "Ana has replied",
        "badge": "9",
        "sound": "default",
        "thread": "ticket-42",
        "data": '{"ticket":42}',
    }


def test_each_device_has_its_own_answer(post: Post, key: str, fake_apple: FakeApple, fake_google: FakeGoogle) -> None:
    fake_apple.script(APPLE_TOKEN, apple_error("Unregistered"))
    fake_google.script(GOOGLE_TOKEN, google_error("UNAVAILABLE", retry_after=30))
    faulty = [{**IPHONE, "app": "org.example.other"}, {**IPHONE, "service": "pager"}, {**IPHONE, "token": 1}, "x"]
    document = send(post, key, IPHONE, ANDROID, *faulty)
    answers = [status for _id, status in statuses(document)]
    assert answers == ["invalid_token", "retry", "unknown_app", "invalid", "invalid", "invalid"]
    assert 30 <= document["devices"][1]["retry_after"] <= 32
    assert "service" in document["devices"][3]["message"]


def test_a_repeated_request_sends_nothing_twice(post: Post, key: str, fake_apple: FakeApple) -> None:
    for number in ("one", "one", "two"):
        assert statuses(send(post, key, IPHONE, idempotency_key=number)) == [("ana-phone", "accepted")]
    assert len(fake_apple.accepted) == 2


def test_without_a_text_the_app_is_only_woken_and_it_is_free(post: Post, key: str, fake_apple: FakeApple) -> None:
    RegisteredWorkspace.objects.update(monthly_limit=0)
    document = send(post, key, IPHONE, title="", body="", badge=None, data={"sync": True})
    assert statuses(document) == [("ana-phone", "accepted")]
    assert fake_apple.accepted[0].payload == {"aps": {"content-available": 1}, "data": {"sync": True}}
    assert statuses(send(post, key, IPHONE)) == [("ana-phone", "quota_exhausted")]


def test_a_request_that_is_refused_as_a_whole(post: Post, key: str) -> None:
    assert send(post, "x" * 43, IPHONE)["error"]["code"] == "error-unauthorized"
    assert send(post, key)["error"]["code"] == "error-invalid-push"
    assert send(post, key, *[IPHONE] * 501)["error"]["message"] == "devices must not be more than 500"
    assert post(f"/gateway/{key}/push/v1/send", b"{").status_code == 400


def test_the_openapi_description_is_public(client: Client) -> None:
    assert client.get("/push/v1/openapi.json").json() == DOCUMENT


def test_the_guides_requests_and_answers_are_valid(post: Post, key: str, fake_apple: FakeApple) -> None:
    guide = (Path(settings.BASE_DIR) / "docs" / "integrate" / "push-api.md").read_text()
    request, answer = (json.loads(example) for example in re.findall(r"```json\n(.*?)```", guide, re.DOTALL))
    valid("Request", request)
    valid("Response", answer)
    request["devices"][0]["token"] = APPLE_TOKEN
    response = post("/push/v1/send", request, Authorization=f"Bearer {key}")
    assert response.document["devices"] == answer["devices"]  # type: ignore[attr-defined]
