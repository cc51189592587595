"""The push gateway's protocol (protocol G of the interface contract)."""

from __future__ import annotations

import gzip
import json
import logging

import pytest
from django.test import Client

from cloud.models import RegisteredWorkspace
from cloud.services.registration import credentials_rotate
from push.models import SandboxPush, token_digest
from tests.logs import fields_of
from tests.push.gateway.conftest import TOKEN, Send, options


def error_of(response: object) -> str:
    document = json.loads(response.content)
    assert document["success"] is False
    assert document["error"].endswith(f"[{document['errorType']}]")
    return document["error"]


def test_an_apple_push_is_accepted_and_forwarded(send: Send) -> None:
    response = send()
    assert (response.status_code, json.loads(response.content)) == (200, {"success": True})
    stored = SandboxPush.objects.get()
    assert (stored.type, stored.token_digest) == ("apn", token_digest(TOKEN))
    assert stored.payload["aps"] == {
        "alert": {"title": "#ops", "body": "ana: disk full"},
        "badge": 3,
        "sound": "default",
        "category": "MESSAGE",
        "thread-id": "42",
        "mutable-content": 1,
    }
    assert stored.payload["messageFrom"] == "push"
    assert stored.headers["apns-topic"] == "chat.rocket.reactnative"


def test_a_google_push_is_accepted_and_forwarded(send: Send) -> None:
    response = send(type="gcm", token="fcm-token", topic=None)
    assert response.status_code == 200
    message = SandboxPush.objects.get(type="gcm").payload["message"]
    assert message["token"] == "fcm-token"
    assert message["data"]["style"] == "inbox"
    assert json.loads(message["data"]["ejson"])["messageId"] == "m1"


def test_unknown_fields_are_ignored(send: Send) -> None:
    assert send(somethingNew={"deep": [1, 2]}, priority="high").status_code == 200


def test_a_push_with_minimal_options_is_accepted(send: Send) -> None:
    body = json.dumps({"token": "t", "options": {"topic": "app", "text": None}}).encode()
    assert send(body=body).status_code == 200


def test_the_notification_number_may_be_a_numeric_string(send: Send) -> None:
    send(notId="-7")
    assert SandboxPush.objects.get().payload["aps"]["thread-id"] == "-7"


@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Bearer ", "Bearer wrong", "Basic {token}", "{token}", "Bearer {token}x"]
)
def test_requests_without_credentials_are_rejected(send: Send, access_token: str, authorization: str) -> None:
    response = send(authorization=authorization.format(token=access_token) or "")
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Bearer"
    assert error_of(response) == "The access token of a registered workspace is required [error-unauthorized]"
    assert not SandboxPush.objects.exists()


def test_a_suspended_workspace_is_rejected(send: Send) -> None:
    RegisteredWorkspace.objects.update(is_active=False)
    assert send().status_code == 401


def test_a_rotated_token_is_rejected(send: Send, registration: tuple[RegisteredWorkspace, str]) -> None:
    credentials_rotate(workspace=registration[0])
    assert send().status_code == 401


@pytest.mark.parametrize("scheme", ["bearer", "BEARER"])
def test_the_authorization_scheme_is_case_insensitive(send: Send, access_token: str, scheme: str) -> None:
    assert send(authorization=f"{scheme} {access_token}").status_code == 200


@pytest.mark.parametrize(
    ("token", "status", "reason"),
    [
        ("dead-1", 406, "Rehearsed: this token is dead. [error-push-dead]"),
        ("refuse-1", 422, "Rehearsed: this push is refused. [error-push-refused]"),
        ("fail-1", 502, "Rehearsed: the provider is down. [error-push-retry]"),
    ],
)
def test_the_response_contains_the_providers_reason(send: Send, token: str, status: int, reason: str) -> None:
    response = send(token=token)
    assert (response.status_code, error_of(response)) == (status, reason)


BAD_BODIES = {
    "nothing": b"",
    "no JSON": b"{",
    "no UTF-8": b'{"token": "\xff"}',
    "no object": b"[]",
    "not a number": b'{"token": "t", "options": {"badge": NaN}}',
    "half a character": rb'{"token": "\ud800", "options": {}}',
    "half a character deep inside": rb'{"token": "t", "options": {"topic": "a", "payload": {"x": [{"\ud800": 1}]}}}',
    "character zero": rb'{"token": "t\u0000", "options": {}}',
    "compressed": gzip.compress(b'{"token": "t", "options": {"topic": "app"}}'),
    "a number of too many digits": b'{"token": "t", "options": {"topic": "app", "badge": 1' + b"0" * 5_000 + b"}}",
    "too deep": b'{"token": ' + b"[" * 5000 + b"]" * 5000 + b"}",
    "too large": b'{"token": "t", "options": {"text": "' + b"x" * 70_000 + b'"}}',
}


@pytest.mark.parametrize("body", BAD_BODIES.values(), ids=BAD_BODIES.keys())
def test_an_unreadable_body_is_rejected(send: Send, body: bytes) -> None:
    response = send(body=body)
    assert response.status_code == 422
    assert error_of(response).startswith("The body must ")
    assert not SandboxPush.objects.exists()


@pytest.mark.parametrize("huge", [100_000, 600_000])
def test_an_oversized_body_is_rejected(send: Send, huge: int) -> None:
    assert send(body=b"x" * huge).status_code == 422


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"token": None}, "token must not be empty"),
        ({"token": ""}, "token must not be empty"),
        ({"token": 7}, "token must be a text"),
        ({"token": "x" * 10_000}, "token must not be longer than 4096 characters"),
        ({"topic": ""}, "topic must not be empty"),
        ({"title": ["#ops"]}, "title must be a text"),
        ({"badge": -1}, "badge must be a whole number from 0 to 2147483647"),
        ({"badge": True}, "badge must be a whole number from 0 to 2147483647"),
        ({"badge": 1.5}, "badge must be a whole number from 0 to 2147483647"),
        ({"badge": "9" * 5000}, "badge must be a whole number from 0 to 2147483647"),
        ({"notId": "seven"}, "notId must be a whole number from -2147483648 to 2147483647"),
        ({"notId": 2**31}, "notId must be a whole number from -2147483648 to 2147483647"),
        ({"payload": "{}"}, "payload must be an object"),
        ({"apn": []}, "apn must be an object"),
        ({"identity": "x" * 65}, "identity must not be longer than 64 characters"),
    ],
)
def test_an_invalid_field_is_named(send: Send, fields: dict[str, object], reason: str) -> None:
    response = send(**fields)
    assert (response.status_code, error_of(response)) == (422, f"{reason} [error-invalid-push]")


@pytest.mark.parametrize("body", [b'{"token": "t"}', b'{"token": "t", "options": []}', b'{"options": {}}'])
def test_a_push_without_required_fields_is_rejected(send: Send, body: bytes) -> None:
    assert send(body=body).status_code == 422


def test_only_post_is_allowed(client: Client) -> None:
    response = client.get("/push/apn/send")
    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert error_of(response) == "Use POST [error-method-not-allowed]"


def test_unknown_types_have_no_endpoint(client: Client) -> None:
    assert client.post("/push/fcm/send").status_code == 404


def test_without_apps_the_workspace_must_retry(send: Send, settings: object) -> None:
    settings.SANDBOX = False
    response = send()
    assert response.status_code == 503
    assert error_of(response) == "This gateway has no apps yet [error-no-provider]"


def test_cookies_give_no_access_and_are_not_needed(access_token: str) -> None:
    client = Client(enforce_csrf_checks=True)
    body = json.dumps({"token": TOKEN, "options": options()})
    headers = {"Authorization": f"Bearer {access_token}"}
    response = client.post("/push/apn/send", body, content_type="application/json", headers=headers)
    assert response.status_code == 200
    assert not response.cookies


def test_the_workspace_is_recorded_as_seen(send: Send) -> None:
    send()
    assert RegisteredWorkspace.objects.get().last_seen_at is not None


@pytest.mark.parametrize("token", [TOKEN, "dead-1", "fail-1"])
def test_neither_token_nor_text_is_logged(
    send: Send, access_token: str, token: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        send(token=token)
    for secret in (token, "disk full", access_token):
        assert secret not in "\n".join(
            f"{record.getMessage()} {fields_of(record)}"
            for record in caplog.records
            if not record.name.startswith("django.db")
        )
