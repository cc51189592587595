"""Admission of other chat servers by a key in the URL or by open registration, and rate limits."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client

from cloud.models import Admission, CloudServiceSettings, RegisteredWorkspace, TermsAgreement
from cloud.services.registration import gateway_key_create, gateway_key_revoke
from cloud.services.terms import terms_publish
from push.gateway.admission import callers_forget
from push.gateway.endpoints import address_match
from push.models import SandboxPush
from tests.factories import registered
from tests.push.gateway.conftest import TOKEN, Send, options
from tests.push.gateway.servers import SHAPES, TOKENS, UNIQUE_ID, push_of_a_message, treatment_of

each_shape = pytest.mark.parametrize("shape", SHAPES)


def server_sends(
    client: Client,
    shape: str = "apple",
    *,
    key: str = "",
    token: str = "",
    content_type: str = "application/json",
    **headers: str,
) -> Any:
    """Send a push like a server, to the URL with the key if there is one."""
    type, options_sent = SHAPES[shape]
    path = f"/gateway/{key}/push/{type}/send" if key else f"/push/{type}/send"
    body = json.dumps({"token": token or TOKENS[type], "options": options_sent})
    return client.post(path, body, content_type=content_type, headers=headers)


def error_type(response: HttpResponse) -> str:
    return str(json.loads(response.content)["errorType"])


def open_to_all(**values: Any) -> None:
    group = CloudServiceSettings.stored()
    for name, value in {"open_registration": True, **values}.items():
        setattr(group, name, value)
    group.save()


@pytest.fixture
def rocket(db: None) -> RegisteredWorkspace:
    """A Rocket.Chat server that was added in the console."""
    return RegisteredWorkspace.objects.create(unique_id=UNIQUE_ID, name="Rocket")


class TestAnAddressOfItsOwn:
    @each_shape
    def test_its_key_is_the_authorization(self, client: Client, rocket: RegisteredWorkspace, shape: str) -> None:
        response = server_sends(client, shape, key=gateway_key_create(workspace=rocket))
        assert (response.status_code, response.json()) == (200, {"success": True})
        assert SandboxPush.objects.get().type == SHAPES[shape][0]

    @each_shape
    def test_a_token_of_another_cloud_is_ignored(self, client: Client, rocket: RegisteredWorkspace, shape: str) -> None:
        key = gateway_key_create(workspace=rocket)
        assert server_sends(client, shape, key=key, Authorization="Bearer of-another-cloud").status_code == 200

    @pytest.mark.parametrize("content_type", ["text/plain;charset=UTF-8", "application/json;charset=utf-8", ""])
    def test_the_content_type_of_any_version_is_accepted(
        self, client: Client, rocket: RegisteredWorkspace, content_type: str
    ) -> None:
        key = gateway_key_create(workspace=rocket)
        assert server_sends(client, key=key, content_type=content_type).status_code == 200

    @pytest.mark.parametrize(
        ("token", "status", "treatment"),
        [
            ("a1" * 32, 200, "is content"),
            ("dead-1", 406, "removes the token"),
            ("refuse-1", 422, "gives up"),
            ("fail-1", 502, "repeats it"),
        ],
    )
    def test_the_server_reacts_according_to_the_providers_response(
        self, client: Client, rocket: RegisteredWorkspace, token: str, status: int, treatment: str
    ) -> None:
        response = server_sends(client, key=gateway_key_create(workspace=rocket), token=token)
        assert (response.status_code, treatment_of(response.status_code)) == (status, treatment)
        # Earlier versions read the answer as JSON, whatever its status.
        assert response.json()["success"] is (status == 200)

    def test_the_servers_options_reach_its_app(self, client: Client, rocket: RegisteredWorkspace) -> None:
        server_sends(client, key=gateway_key_create(workspace=rocket))
        payload = SandboxPush.objects.get().payload
        assert json.loads(payload.pop("ejson")) == push_of_a_message["payload"]
        assert payload == {
            "aps": {
                "alert": {"title": "admin", "body": "hello"},
                "badge": 1,
                "sound": "default",
                "category": "MESSAGE",
                "thread-id": "-427272375",
                "mutable-content": 1,
            },
            "messageFrom": "push",
        }

    @pytest.mark.parametrize("path", ["/gateway/{key}//push/apn/send", "/gateway/{key}/push/apn/send/"])
    def test_a_trailing_slash_in_the_configured_url_is_accepted(
        self, client: Client, rocket: RegisteredWorkspace, path: str
    ) -> None:
        path = path.format(key=gateway_key_create(workspace=rocket))
        assert address_match(path)
        body = {"token": TOKEN, "options": push_of_a_message}
        assert client.post(path, body, content_type="application/json").status_code == 200

    def test_no_terms_are_required_and_an_exhausted_quota_is_not_retried(
        self, client: Client, rocket: RegisteredWorkspace
    ) -> None:
        RegisteredWorkspace.objects.update(monthly_limit=1)
        key = gateway_key_create(workspace=rocket)
        assert server_sends(client, key=key).status_code == 200
        response = server_sends(client, key=key)
        assert (response.status_code, response.json()["errorType"]) == (422, "error-push-quota-exhausted")

    @pytest.mark.parametrize("key", ["", "x" * 43])
    def test_a_wrong_key_is_rejected(self, client: Client, rocket: RegisteredWorkspace, key: str) -> None:
        gateway_key_create(workspace=rocket)
        assert server_sends(client, key=key).status_code == 401
        assert not SandboxPush.objects.exists()

    def test_a_replaced_or_revoked_key_is_rejected(self, client: Client, rocket: RegisteredWorkspace) -> None:
        first = gateway_key_create(workspace=rocket)
        second = gateway_key_create(workspace=rocket)
        assert [server_sends(client, key=key).status_code for key in (first, second)] == [401, 200]
        gateway_key_revoke(workspace=rocket)
        callers_forget()
        assert server_sends(client, key=second).status_code == 401

    def test_a_suspended_server_is_rejected(self, client: Client, rocket: RegisteredWorkspace) -> None:
        key = gateway_key_create(workspace=rocket)
        RegisteredWorkspace.objects.update(is_active=False)
        assert server_sends(client, key=key).status_code == 401

    def test_another_server_cannot_use_it(self, client: Client, rocket: RegisteredWorkspace) -> None:
        key = gateway_key_create(workspace=rocket)
        RegisteredWorkspace.objects.update(unique_id="rocket2")
        response = server_sends(client, key=key)
        assert (response.status_code, response.json()["errorType"]) == (401, "error-unique-id")

    def test_batches_use_the_same_key(self, client: Client, rocket: RegisteredWorkspace) -> None:
        body = {"options": options(uniqueId=UNIQUE_ID), "devices": [{"type": "apn", "token": TOKEN}]}
        key = gateway_key_create(workspace=rocket)
        response = client.post(f"/gateway/{key}/push/batch", body, content_type="application/json")
        assert [answer["status"] for answer in response.json()["answers"]] == [200]


@pytest.mark.django_db
class TestOpenRegistration:
    @each_shape
    def test_it_is_off_by_default(self, client: Client, shape: str) -> None:
        response = server_sends(client, shape)
        assert (response.status_code, response["WWW-Authenticate"]) == (401, "Bearer")
        assert not RegisteredWorkspace.objects.exists()
        assert not SandboxPush.objects.exists()

    @each_shape
    @pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer of-another-cloud"}])
    def test_a_server_is_admitted_by_its_unique_id(self, client: Client, shape: str, headers: dict[str, str]) -> None:
        open_to_all()
        assert [server_sends(client, shape, **headers).status_code for _time in range(2)] == [200, 200]
        workspace = RegisteredWorkspace.objects.get()
        assert (workspace.unique_id, workspace.admission) == (UNIQUE_ID, Admission.OPEN)

    def test_the_low_limit_for_open_registration_applies(self, client: Client) -> None:
        open_to_all(open_limit=2)
        assert [server_sends(client).status_code for _time in range(3)] == [200, 200, 422]
        assert SandboxPush.objects.count() == 2

    def test_the_number_of_open_servers_is_limited(self, client: Client) -> None:
        open_to_all(open_workspaces=1)
        RegisteredWorkspace.objects.create(unique_id="first", name="First", admission=Admission.OPEN)
        response = server_sends(client)
        assert (response.status_code, response.json()["errorType"]) == (503, "error-registration-full")
        assert not RegisteredWorkspace.objects.filter(unique_id=UNIQUE_ID).exists()

    @pytest.mark.usefixtures("rocket")
    def test_a_server_with_credentials_cannot_be_impersonated(self, client: Client) -> None:
        open_to_all()
        assert server_sends(client).status_code == 401

    def test_a_suspended_server_is_not_admitted_again(self, client: Client) -> None:
        open_to_all()
        RegisteredWorkspace.objects.create(
            unique_id=UNIQUE_ID, name="Rocket", admission=Admission.OPEN, is_active=False
        )
        assert server_sends(client).status_code == 401

    @pytest.mark.parametrize(("unique_id", "status"), [("", 401), (None, 401), ("x" * 65, 422)])
    def test_a_server_without_a_valid_unique_id_is_rejected(
        self, client: Client, unique_id: str | None, status: int
    ) -> None:
        open_to_all()
        body = {"token": TOKEN, "options": options(uniqueId=unique_id)}
        assert client.post("/push/apn/send", body, content_type="application/json").status_code == status
        assert not RegisteredWorkspace.objects.exists()


class TestTerms:
    def test_without_accepted_terms_pushes_are_rejected_with_the_reason(self, send: Send) -> None:
        terms = terms_publish(text="Be kind.")
        response = send()
        assert (response.status_code, error_type(response)) == (422, "error-terms-not-agreed")
        assert not SandboxPush.objects.exists()

        workspace = RegisteredWorkspace.objects.get()
        TermsAgreement.objects.create(workspace=workspace, terms=terms, agreed_by="ada", agreed_at=datetime.now(UTC))
        callers_forget()
        assert send().status_code == 200

    def test_a_new_version_of_the_terms_must_be_accepted_once_required(self, send: Send) -> None:
        workspace, now = RegisteredWorkspace.objects.get(), datetime.now(UTC)
        terms = terms_publish(text="Be kind.")
        TermsAgreement.objects.create(workspace=workspace, terms=terms, agreed_by="ada", agreed_at=now)
        terms_publish(text="Be kinder.", required_from=now + timedelta(minutes=10))
        assert send().status_code == 200
        callers_forget()
        with time_machine.travel(now + timedelta(minutes=11)):
            assert error_type(send()) == "error-terms-not-agreed"


class TestQuota:
    def test_an_exhausted_quota_reports_when_the_next_month_begins(self, send: Send) -> None:
        RegisteredWorkspace.objects.update(monthly_limit=1)
        with time_machine.travel(datetime(2026, 5, 31, 23, 59, tzinfo=UTC), tick=False):
            assert send().status_code == 200
            response = send()
        assert (response.status_code, error_type(response)) == (429, "error-push-quota-exhausted")
        assert response["Retry-After"] == "61"

    def test_the_reserved_quota_is_for_personal_pushes(self, send: Send) -> None:
        RegisteredWorkspace.objects.update(monthly_limit=2)
        assert send(quotaKept=50).status_code == 200
        response = send(quotaKept=50)
        assert (response.status_code, error_type(response)) == (429, "error-push-quota-kept")
        assert send().status_code == 200

    def test_the_usage_is_reported_from_80_percent_on(self, send: Send, send_batch: Send) -> None:
        RegisteredWorkspace.objects.update(monthly_limit=10)
        assert not send_batch(*[("apn", f"t{number}") for number in range(7)]).has_header("Callboard-Quota-Used")
        assert send(token="t8")["Callboard-Quota-Used"] == "80"
        assert send(token="dead-1").status_code == 406
        assert send_batch(("apn", "t9"), ("apn", "t10"))["Callboard-Quota-Used"] == "100"

    def test_without_a_limit_no_usage_is_reported(self, send: Send) -> None:
        RegisteredWorkspace.objects.update(plan="premium")
        assert not send().has_header("Callboard-Quota-Used")


class TestPushesAMinute:
    def test_exceeding_the_rate_reports_how_long_to_wait(self, send: Send) -> None:
        RegisteredWorkspace.objects.update(rate_limit=2)
        with time_machine.travel(datetime(2026, 5, 4, 12, 0, 45, tzinfo=UTC), tick=False):
            assert [send().status_code for _time in range(2)] == [200, 200]
            response = send()
        assert (response.status_code, response["Retry-After"]) == (429, "15")
        assert json.loads(response.content)["errorType"] == "error-too-many-requests"
        assert SandboxPush.objects.count() == 2

    def test_the_count_restarts_every_minute(self, send: Send) -> None:
        RegisteredWorkspace.objects.update(rate_limit=1)
        with time_machine.travel(datetime(2026, 5, 4, 12, 0, 45, tzinfo=UTC), tick=False) as clock:
            assert [send().status_code for _time in range(2)] == [200, 429]
            clock.shift(15)
            assert send().status_code == 200

    def test_workspaces_have_separate_limits(self, send: Send) -> None:
        _other, token = registered("u2")
        RegisteredWorkspace.objects.filter(unique_id="u1").update(rate_limit=1)
        with time_machine.travel(datetime(2026, 5, 4, 12, 0, 45, tzinfo=UTC), tick=False):
            assert [send().status_code for _time in range(2)] == [200, 429]
            assert send(uniqueId="u2", authorization=f"Bearer {token}").status_code == 200

    def test_the_default_limit_counts_the_devices_of_a_batch(self, send: Send, send_batch: Send) -> None:
        open_to_all(open_registration=False, rate_limit=3)
        with time_machine.travel(datetime(2026, 5, 4, 12, 0, 45, tzinfo=UTC), tick=False):
            assert send_batch(("apn", "t1"), ("apn", "t2")).status_code == 200
            response = send_batch(("apn", "t3"), ("apn", "t4"))
            assert (response.status_code, response["Retry-After"]) == (429, "15")
            assert send().status_code == 200
