"""method.call and method.callAnon."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from tests.api_client import NOT_SIGNED_IN, ApiClient, failure
from tests.factories import RoomFactory, UserFactory
from tests.logs import logged
from tests.method_calls import call, call_error
from workspace.api.methods.calls import MethodCall
from workspace.api.methods.errors import CallerUnknownError
from workspace.api.methods.registry import methods
from workspace.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


def test_the_answer_is_the_text_of_a_result_frame(ana: User) -> None:
    room = RoomFactory(members=[ana])
    frame = {"msg": "method", "id": "42", "method": "sendMessage", "params": [{"rid": room.public_id, "msg": "hi"}]}
    response = ApiClient(ana).post("method.call/sendMessage", message=json.dumps(frame))
    body = response.json()
    assert (response.status_code, body["success"], set(body)) == (200, True, {"success", "message"})
    answer = json.loads(body["message"])
    assert (answer["msg"], answer["id"], answer["result"]["msg"]) == ("result", "42", "hi")
    assert set(answer["result"]["ts"]) == {"$date"}


def test_strangers_must_sign_in(ana: User) -> None:
    response = ApiClient().post("method.call/sendMessage", message="{}")
    assert (response.status_code, response.json()) == (401, NOT_SIGNED_IN)
    error = call_error(None, "sendMessage", {"rid": "GENERAL", "msg": "hi"})
    assert (error["error"], error["message"]) == ("error-invalid-user", "Invalid user [error-invalid-user]")
    assert error["details"] == {"method": "sendMessage"}


def test_credentials_do_not_matter_to_call_anon(ana: User) -> None:
    client = ApiClient(ana)
    frame = {"msg": "method", "id": "1", "method": "logout", "params": []}
    body = client.post("method.callAnon/logout", message=json.dumps(frame)).json()
    assert json.loads(body["message"])["error"]["error"] == "error-invalid-user"
    assert client.get("me").status_code == 200


@pytest.mark.parametrize("name", ["nothing", "constructor", "a:b", "a/b", "", "x" * 255])
def test_unknown_methods_get_the_protocols_error(ana: User, name: str) -> None:
    frame = {"msg": "method", "id": "1", "method": name, "params": []}
    body = ApiClient(ana).post("method.call/x", message=json.dumps(frame)).json()
    assert json.loads(body["message"])["error"] == {
        "isClientSafe": True,
        "error": 404,
        "reason": f"Method '{name}' not found",
        "details": {"error": "error-method-not-found"},
        "message": f"Method '{name}' not found [404]",
        "errorType": "Meteor.Error",
    }


@pytest.mark.parametrize(
    "address", ["public-settings/get", "public-settings%2Fget", "license:getModules", "a%3Ab", "x/"]
)
def test_names_in_addresses_may_have_any_characters(ana: User, address: str) -> None:
    frame = {"msg": "method", "id": "1", "method": "nothing", "params": []}
    for way in ("method.call", "method.callAnon"):
        response = ApiClient(ana).post(f"{way}/{address}", message=json.dumps(frame))
        assert (response.status_code, response.json()["success"]) == (200, True)


@pytest.mark.parametrize(
    "message",
    [
        "",
        "{",
        "[]",
        "null",
        "{}",
        "NaN",
        "[" * 5000,
        '{"method": 1}',
        '{"method": "login", "params": {}}',
        '{"method": "login", "params": [], "id": 1}',
        '{"method": "login", "params": [], "msg": "sub"}',
        json.dumps({"method": "x" * 256}),
        json.dumps({"method": "\ud800"}),
        json.dumps({"method": "login", "id": "\ud800"}),
    ],
)
def test_malformed_calls_are_refused(ana: User, message: str) -> None:
    response = ApiClient(ana).post("method.call/login", message=message)
    expected = "must NOT have fewer than 1 characters [invalid-params]" if message == "" else "Invalid method call"
    assert failure(response) == expected


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({}, "must have required property 'message'"),
        ({"message": 1}, "must be string"),
        ({"message": {}}, "must be string"),
        ([], "must be object"),
    ],
)
def test_a_body_without_a_message_is_invalid(ana: User, body: Any, sentence: str) -> None:
    for name in ("method.call/login", "method.callAnon/login"):
        assert failure(ApiClient(ana).post(name, body)) == f"{sentence} [invalid-params]"


def test_an_id_and_params_may_be_missing(ana: User) -> None:
    body = ApiClient(ana).post("method.call/logout", message='{"method": "logout"}').json()
    assert json.loads(body["message"]) == {"msg": "result", "result": None}


def test_the_errors_of_the_service_have_the_form_of_the_protocol(ana: User) -> None:
    assert call_error(ana, "sendMessage", {"rid": "nowhere", "msg": "hi"}) == {
        "isClientSafe": True,
        "error": "error-invalid-room",
        "reason": "Invalid room",
        "details": {"method": "sendMessage"},
        "message": "Invalid room [error-invalid-room]",
        "errorType": "Meteor.Error",
    }
    assert call_error(ana, "sendMessage", {"rid": 5})["error"] == "invalid-params"


def test_arguments_are_checked(ana: User) -> None:
    missing = call_error(ana, "sendMessage")
    assert (missing["error"], missing["reason"]) == (400, "Match error: Expected object for 'message', got null")
    assert call_error(ana, "sendMessage", "text")["reason"] == "Match error: Expected object for 'message'"
    assert call_error(ana, "sendMessage", {}, 5)["reason"] == "Match error: Expected array of strings for 'previewUrls'"
    assert "null characters" in call_error(ana, "sendMessage", {"rid": "\x00"})["reason"]
    assert "surrogates" in call_error(ana, "sendMessage", {"rid": "\ud800"})["reason"]


def test_further_arguments_are_ignored(ana: User) -> None:
    room = RoomFactory(members=[ana])
    assert call(ana, "sendMessage", {"rid": room.public_id, "msg": "hi"}, None, "more", 5)["msg"] == "hi"


def test_an_internal_error_is_logged_and_not_described(
    ana: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_arguments: Any) -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setitem(methods(), "broken", type("Broken", (), {"run": fail})())
    client = ApiClient(ana)
    client.client.raise_request_exception = False
    error = call_error(client, "broken")
    assert (error["error"], error["message"]) == (500, "Internal server error [500]")
    assert logged(caplog, "method.failed") == [{"name": "broken"}]


def test_an_endpoint_that_requires_a_sign_in_is_not_called_without_one(rf: Any) -> None:
    with pytest.raises(CallerUnknownError):
        MethodCall(request=rf.get("/")).endpoint("GET rooms.get")


class TestRateLimits:
    @pytest.fixture(autouse=True)
    def _limited(self, settings: Any) -> Iterator[None]:
        settings.API_RATE_LIMITING = True
        with time_machine.travel(1_780_000_020.25, tick=False):
            yield

    def test_a_method_shares_the_limit_of_its_endpoint(self, ana: User) -> None:
        client = ApiClient(ana)
        room = RoomFactory(members=[ana])
        message = {"rid": room.public_id, "msg": "hi"}
        for _round in range(2):
            assert client.post("chat.sendMessage", message=message).status_code == 200
            call(client, "sendMessage", message)
        assert client.post("chat.sendMessage", message=message).status_code == 200
        error = call_error(client, "sendMessage", message)
        assert (error["error"], set(error["details"])) == ("too-many-requests", {"timeToReset"})
        assert "You must wait" in error["reason"]

    def test_methods_without_an_endpoint_have_a_limit_per_caller(self) -> None:
        errors = [call_error(None, "logoutCleanUp") for _call in range(21)]
        assert [error["error"] for error in errors] == [400] * 20 + ["too-many-requests"]
