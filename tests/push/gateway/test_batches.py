"""Pushes to many devices in one request."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from cloud.models import QuotaMonth, RegisteredWorkspace
from push.models import SandboxPush
from tests.push.gateway.conftest import Send


def statuses(response: Any) -> list[int]:
    assert response.status_code == 200
    return [answer["status"] for answer in response.json()["answers"]]


def used() -> int:
    return sum(QuotaMonth.objects.values_list("used", flat=True))


def test_the_batch_endpoint_is_announced_publicly(client: Client, db: None) -> None:
    document = client.get("/push/info").json()
    assert document["service"] == "callboard-gateway"
    assert document["batch"] == {"path": "/push/batch", "maxDevices": 500, "maxBytes": 1_048_576}


def test_the_health_check_responds(client: Client, db: None) -> None:
    response = client.get("/push/health")
    assert (response.status_code, response.json()) == (200, {"success": True, "status": "ok"})


def test_every_device_gets_a_response_in_order(send_batch: Send) -> None:
    response = send_batch(("apn", "dead-1"), ("apn", "t1"), ("gcm", "refuse-1"), ("gcm", "t2"), ("apn", "fail-1"))
    assert statuses(response) == [406, 200, 422, 200, 502]
    answers = response.json()["answers"]
    assert answers[0] == {
        "status": 406,
        "success": False,
        "error": "Rehearsed: this token is dead. [error-push-dead]",
        "errorType": "error-push-dead",
    }
    assert answers[1] == {"status": 200, "success": True}
    assert used() == 2


def test_a_devices_options_extend_those_of_the_batch(send_batch: Send) -> None:
    send_batch(("apn", "t1"), {"type": "apn", "token": "t2", "options": {"badge": 9}}, badge=3)
    pushes = {push.payload["aps"]["badge"] for push in SandboxPush.objects.all()}
    assert pushes == {3, 9}


@pytest.mark.parametrize(
    ("device", "reason"),
    [
        ("t1", "Each of the devices must be an object"),
        ({"type": "webpush", "token": "t1"}, "type must be apn or gcm"),
        ({"type": "apn"}, "token must not be empty"),
        ({"type": "apn", "token": "t1", "options": []}, "options must be an object"),
        (
            {"type": "apn", "token": "t1", "options": {"badge": "many"}},
            "badge must be a whole number from 0 to 2147483647",
        ),
    ],
)
def test_an_invalid_device_does_not_affect_the_others(send_batch: Send, device: Any, reason: str) -> None:
    response = send_batch(("apn", "t0"), device, ("apn", "t2"))
    assert statuses(response) == [200, 422, 200]
    assert response.json()["answers"][1]["error"] == f"{reason} [error-invalid-push]"


def test_a_repeated_batch_sends_and_counts_nothing_twice(send_batch: Send) -> None:
    devices = [("apn", "t1"), ("gcm", "t2"), ("apn", "fail-1")]
    for _time in range(3):
        assert statuses(send_batch(*devices, key="k1")) == [200, 200, 502]
    assert (SandboxPush.objects.exclude(token_digest="").count(), used()) == (2, 2)
    assert statuses(send_batch(*devices, key="k2")) == [200, 200, 502]
    assert used() == 4


def test_a_reused_key_with_another_text_is_sent(send_batch: Send) -> None:
    for text in ("first", "second", "second"):
        send_batch(("apn", "t1"), ("gcm", "t2"), key="k1", text=text)
    assert SandboxPush.objects.count() == 4
    assert QuotaMonth.objects.get().used == 4


def test_a_device_added_to_a_repeated_batch_gets_the_push(send_batch: Send) -> None:
    send_batch(("apn", "t1"), key="k1")
    assert statuses(send_batch(("apn", "t1"), ("apn", "t2"), key="k1")) == [200, 200]
    assert used() == 2


def test_a_duplicate_device_in_a_batch_with_a_key_gets_one_push(send_batch: Send) -> None:
    assert statuses(send_batch(("apn", "t1"), ("apn", "t1"), key="k1")) == [200, 503]
    assert used() == 1


def test_without_a_key_a_repeated_batch_is_sent_again(send_batch: Send) -> None:
    for _time in range(2):
        send_batch(("apn", "t1"))
    assert used() == 2


def test_five_hundred_devices_are_accepted_and_one_more_is_rejected(send_batch: Send) -> None:
    devices = [("apn", f"dead-{number}") for number in range(501)]
    assert set(statuses(send_batch(*devices[:500]))) == {406}
    response = send_batch(*devices)
    assert (response.status_code, response.json()["errorType"]) == (422, "error-invalid-push")
    assert "devices must not be more than 500" in response.json()["error"]


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"devices": []}', b'{"devices": {"type": "apn"}}', b"x" * 1_048_577]
)
def test_an_invalid_batch_is_rejected(client: Client, access_token: str, body: bytes) -> None:
    headers = {"Authorization": f"Bearer {access_token}"}
    response = client.post("/push/batch", body, content_type="application/json", headers=headers)
    assert (response.status_code, response.json()["errorType"]) == (422, "error-invalid-push")


def test_a_key_that_is_too_long_is_rejected(send_batch: Send) -> None:
    assert send_batch(("apn", "t1"), key="k" * 256).status_code == 422
    assert not SandboxPush.objects.exists()


@pytest.mark.parametrize("authorization", ["", "Bearer wrong"])
def test_requests_without_credentials_are_rejected(send_batch: Send, authorization: str) -> None:
    response = send_batch(("apn", "t1"), authorization=authorization)
    assert (response.status_code, response["WWW-Authenticate"]) == (401, "Bearer")
    assert not SandboxPush.objects.exists()


def test_a_batch_beyond_the_quota_is_sent_partially(send_batch: Send) -> None:
    RegisteredWorkspace.objects.update(monthly_limit=2)
    response = send_batch(*(("apn", f"t{number}") for number in range(4)))
    assert sorted(statuses(response)) == [200, 200, 429, 429]
    refused = [answer for answer in response.json()["answers"] if answer["status"] == 429]
    assert {answer["errorType"] for answer in refused} == {"error-push-quota-exhausted"}
    assert all(answer["retryAfter"] > 0 for answer in refused)
    assert json.loads(response.content)["success"] is True
