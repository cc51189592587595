"""Responses to invalid requests are always JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tests.api_client import ApiClient, failure
from tests.factories import RoomFactory, UserFactory
from workspace.api import sign_in as sign_in_api
from workspace.models import Message, Room, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> User:
    return UserFactory()


@pytest.fixture
def api(ana: User) -> ApiClient:
    return ApiClient(ana)


@pytest.mark.parametrize(
    "body", ["{", "", "{'name': 1}", '{"name": NaN}', b"\xff\xfe", "[" * 100_000, '{"n": ' + "9" * 5000 + "}"]
)
def test_a_malformed_body_is_invalid_params(api: ApiClient, body: str | bytes) -> None:
    assert failure(api.send("post", "channels.create", body)).endswith(" [invalid-params]")
    assert not Room.objects.exists()


@pytest.mark.parametrize("body", ["[]", '"text"', "3", "null", "true"])
def test_a_body_that_is_not_an_object_is_rejected(api: ApiClient, body: str) -> None:
    assert failure(api.send("post", "channels.create", body)) == "must be object [invalid-params]"


def test_a_body_may_begin_with_a_byte_order_mark(api: ApiClient) -> None:
    assert api.send("post", "channels.create", b'\xef\xbb\xbf{"name": "ops"}').status_code == 200


@pytest.mark.parametrize("charset", ["utf-16", "rot13", "base64", "no-such"])
def test_a_claimed_encoding_changes_nothing(api: ApiClient, charset: str) -> None:
    response = api.send("post", "channels.create", b'{"name": "ops"}', f"application/json; charset={charset}")
    assert response.status_code == 200


def test_a_body_that_is_too_large_is_rejected_without_writing_it_to_disk(api: ApiClient, ana: User) -> None:
    room = RoomFactory(members=[ana])
    body = json.dumps({"roomId": room.public_id, "text": "x" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE})
    error = failure(api.send("post", "chat.postMessage", body), 413)
    assert error.endswith("[error-request-too-large]")
    assert not Message.objects.exists()


def test_a_form_that_is_too_large_is_refused() -> None:
    body = "user=" + "x" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    response = ApiClient().send("post", "login", body, "application/x-www-form-urlencoded")
    assert failure(response, 413).endswith("[error-request-too-large]")


def test_a_form_of_too_many_fields_is_refused() -> None:
    body = "&".join(f"field{number}=x" for number in range(2000))
    response = ApiClient().send("post", "login", body, "application/x-www-form-urlencoded")
    assert failure(response) == "Bad request [error-bad-request]"


def test_a_body_of_another_type_is_refused(api: ApiClient) -> None:
    response = api.send("post", "channels.create", "name=ops", "application/x-www-form-urlencoded")
    assert failure(response, 415).endswith("[error-unsupported-media-type]")


@pytest.mark.parametrize("text", ["a\x00b", "a\ud800b"])
def test_characters_that_databases_cannot_store_are_rejected(api: ApiClient, ana: User, text: str) -> None:
    room = RoomFactory(members=[ana])
    assert failure(api.post("chat.postMessage", roomId=room.public_id, text=text)).endswith("[invalid-params]")
    assert failure(api.post("chat.postMessage", channel=text, text="hi")).endswith("[invalid-params]")
    assert failure(api.post("channels.invite", roomId=text, userId=text)).endswith("[invalid-params]")


def test_problems_are_reported_one_per_line_without_a_full_stop(api: ApiClient) -> None:
    error = failure(api.post("push.token", type="fcm", value="", voipToken=3))
    assert error.removesuffix(" [invalid-params]").splitlines() == [
        "must be equal to one of the allowed values",
        "must NOT have fewer than 1 characters",
        "must have required property 'appName'",
        "must be string",
    ]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "must have required property 'name'"),
        ({"name": 3}, "must be string"),
        ({"name": None}, "must be string"),
        ({"name": ""}, "must NOT have fewer than 1 characters"),
        ({"name": "x" * 256}, "must NOT have more than 255 characters"),
        ({"name": "ops", "readOnly": 1}, "must be boolean"),
        ({"name": "ops", "readOnly": "true"}, "must be boolean"),
        ({"name": "ops", "members": "ana"}, "must be array"),
        ({"name": "ops", "members": [1]}, "must be string"),
    ],
)
def test_types_are_strict(api: ApiClient, fields: dict[str, Any], sentence: str) -> None:
    response = api.post("channels.create", fields)
    assert response.json() == {
        "success": False,
        "error": f"{sentence} [invalid-params]",
        "errorType": "invalid-params",
    }
    assert response.status_code == 400
    assert not Room.objects.exists()


@pytest.mark.parametrize(
    "address", ["/api/", "/api/v1/", "/api/v1/no.such", "/api/v2/me", "/api/v1/chat.postMessage/x"]
)
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_an_unknown_url_is_reported_in_json(address: str, method: str) -> None:
    response = getattr(Client(), method)(address)
    assert failure(response, 404).endswith("[error-endpoint-not-found]")
    assert response.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "options"])
def test_an_unknown_method_is_reported_in_json(api: ApiClient, method: str) -> None:
    response = api.send(method, "chat.postMessage", "{}")
    assert failure(response, 405).endswith("[error-method-not-allowed]")
    assert response.headers["Allow"] == "POST"


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "nonsense", ""])
def test_responds_in_json_whatever_the_accept_header(api: ApiClient, accept: str) -> None:
    api.headers["Accept"] = accept
    response = api.get("me", format="html")
    assert response.json()["success"] is True


def test_urls_work_with_a_trailing_slash(api: ApiClient, ana: User) -> None:
    room = RoomFactory(members=[ana])
    response = api.post("chat.postMessage/", roomId=room.public_id, text="hello")
    assert (response.status_code, response.json()["success"]) == (200, True)


def test_an_error_of_the_server_is_json_and_logged(
    api: ApiClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(user: User) -> dict[str, Any]:
        raise RuntimeError("a secret")

    monkeypatch.setattr(sign_in_api, "me_of", broken)
    api.client.raise_request_exception = False
    response = api.get("me")
    assert failure(response, 500) == "Internal server error [error-internal]"
    assert "a secret" not in response.text
    assert "a secret" in caplog.text


def test_an_error_outside_of_the_endpoints_is_json_for_clients_and_a_page_for_people() -> None:
    client = Client(headers={"host": "evil.example"})
    assert failure(client.get("/api/v1/me")) == "Bad request [error-bad-request]"
    assert client.get("/admin/").headers["Content-Type"].startswith("text/html")
    assert Client().get("/no-such-page").headers["Content-Type"].startswith("text/html")
