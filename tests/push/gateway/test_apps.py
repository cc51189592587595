"""Pushes go to Apple or Google with the keys of their app."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from cloud.models import UsageCount
from push.gateway.apps import Apps
from push.http.engine_thread import EngineThread
from push.models import GatewayApp
from tests.fakes.apple import FakeApple, apple_error
from tests.fakes.certificates import Authority, TokenKey, service_account_make
from tests.fakes.google import FakeGoogle, google_error
from tests.push.gateway.conftest import TOKEN, Send
from workspace.errors import ApplicationError

APP = "chat.rocket.reactnative"


@pytest.fixture(autouse=True)
def _no_sandbox(settings: Any) -> None:
    settings.SANDBOX = False


@pytest.fixture(autouse=True)
def _own_engine(authority_file: object, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give each test an engine that trusts the fakes' certificates."""
    settings.OUTBOUND_CA_FILE = str(authority_file)
    engine = EngineThread(connect_timeout=20, timeout=30)
    monkeypatch.setattr("push.gateway.sending.engine_thread_current", lambda: engine)
    yield
    engine.close()


def apple_app(key: TokenKey, **fields: Any) -> GatewayApp:
    given = {"apn_token_key": key.key, "apn_token_key_id": key.key_id, "apn_team_id": key.team_id, "app_name": APP}
    app = GatewayApp(**{**given, **fields})
    app.full_clean()
    app.save()
    return app


def google_app(account: str, **fields: Any) -> GatewayApp:
    app = GatewayApp(type="gcm", google_api_credentials=account, **fields)
    app.full_clean()
    app.save()
    return app


def status_and_error(response: Any) -> tuple[int, str]:
    return response.status_code, json.loads(response.content).get("errorType", "")


def test_an_apple_push_goes_to_apple_with_the_apps_token_key(
    send: Send, fake_apple: FakeApple, token_key: TokenKey
) -> None:
    apple_app(token_key)
    assert send().status_code == 200
    (push,) = fake_apple.accepted
    assert (push.token, push.topic, push.method) == (TOKEN, APP, "token")
    assert push.payload["aps"]["alert"] == {"title": "#ops", "body": "ana: disk full"}


def test_an_app_with_a_certificate_uses_it(send: Send, fake_apple: FakeApple, authority: Authority) -> None:
    issued = authority.push_certificate("org.example.certified")
    app = GatewayApp(app_name="org.example.certified", apn_cert=issued.certificate, apn_key=issued.key)
    app.full_clean()
    app.save()
    assert send(topic="org.example.certified").status_code == 200
    assert [push.method for push in fake_apple.accepted] == ["certificate"]


def test_a_call_uses_apples_headers_for_calls(send: Send, fake_apple: FakeApple, token_key: TokenKey) -> None:
    apple_app(token_key)
    call = {"notificationType": "voip", "callId": "c1", "type": "incoming_call"}
    assert send(topic=f"{APP}.voip", payload=call).status_code == 200
    (push,) = fake_apple.accepted
    assert (push.topic, push.headers["apns-push-type"], push.headers["apns-priority"]) == (f"{APP}.voip", "voip", "10")
    assert "alert" not in push.payload["aps"]
    assert json.loads(push.payload["ejson"]) == call


@pytest.mark.parametrize(("ttl", "seconds"), [(None, 86_400), (600, 600), (0, 0), (10**9, 28 * 86_400)])
def test_google_stores_a_push_for_as_long_as_the_workspace_asks(
    send: Send, fake_google: FakeGoogle, service_account: str, ttl: int | None, seconds: int
) -> None:
    google_app(service_account)
    assert send(type="gcm", **({} if ttl is None else {"ttl": ttl})).status_code == 200
    (push,) = fake_google.accepted
    assert push.message["android"]["ttl"] == f"{seconds}s"


def test_a_google_push_goes_to_the_project_of_its_app(
    send: Send, fake_google: FakeGoogle, service_account: str, db: None
) -> None:
    other = service_account_make("other-project")
    fake_google.accounts[json.loads(other)["client_email"]] = json.loads(other)
    google_app(service_account, app_name=APP)
    google_app(other, app_name="org.example.other")
    assert send(type="gcm", token="one").status_code == 200
    assert send(type="gcm", token="two", topic="org.example.other").status_code == 200
    assert {push.token: push.project for push in fake_google.accepted} == {
        "one": "callboard-fake",
        "two": "other-project",
    }


def test_a_push_without_package_id_uses_the_default_app(
    send: Send, fake_google: FakeGoogle, service_account: str
) -> None:
    other = service_account_make("other-project")
    google_app(other, app_name="org.example.other")
    google_app(service_account)
    assert send(type="gcm", token="one", topic=None).status_code == 200
    assert [push.project for push in fake_google.accepted] == ["callboard-fake"]


def test_a_development_token_is_tried_with_the_development_service(
    send: Send, fake_apple: FakeApple, authority: Authority, token_key: TokenKey, settings: Any
) -> None:
    apple_app(token_key)
    with FakeApple(authority, keys=[token_key]) as development:
        settings.APPLE_SANDBOX_URL = development.address
        apple_app(token_key, production=False)
        fake_apple.script(TOKEN, apple_error("BadDeviceToken"))
        assert send().status_code == 200
        assert [push.token for push in development.accepted] == [TOKEN]
        assert send(production=False, token="b2" * 32).status_code == 200
        assert [push.token for push in fake_apple.received] == [TOKEN]


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("Unregistered", (406, "error-push-dead")),
        ("BadDeviceToken", (406, "error-push-dead")),
        ("DeviceTokenNotForTopic", (422, "error-push-refused")),
        ("InternalServerError", (502, "error-push-retry")),
        ("Forbidden", (502, "error-push-unauthorized")),
    ],
)
def test_apples_responses_are_passed_on(
    send: Send, fake_apple: FakeApple, token_key: TokenKey, reason: str, expected: tuple[int, str]
) -> None:
    apple_app(token_key)
    fake_apple.standing[TOKEN] = lambda: apple_error(reason)
    assert status_and_error(send()) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("UNREGISTERED", (406, "error-push-dead")),
        ("SENDER_ID_MISMATCH", (422, "error-push-refused")),
        ("UNAVAILABLE", (502, "error-push-retry")),
    ],
)
def test_googles_responses_are_passed_on(
    send: Send, fake_google: FakeGoogle, service_account: str, code: str, expected: tuple[int, str]
) -> None:
    google_app(service_account)
    fake_google.standing["fcm"] = lambda: google_error(code)
    assert status_and_error(send(type="gcm", token="fcm-token")) == expected


def test_a_push_for_an_unknown_app_is_permanently_rejected(
    send: Send, fake_apple: FakeApple, token_key: TokenKey
) -> None:
    apple_app(token_key)
    assert status_and_error(send(topic="org.example.unknown")) == (422, "error-app-unknown")
    assert status_and_error(send(type="gcm", token="one", topic=None)) == (422, "error-app-unknown")
    assert not fake_apple.received


def test_a_disabled_app_gets_no_pushes(send: Send, fake_apple: FakeApple, token_key: TokenKey) -> None:
    apple_app(token_key)
    apple_app(token_key, app_name="org.example.off", is_active=False)
    assert status_and_error(send(topic="org.example.off")) == (422, "error-app-unknown")
    assert send().status_code == 200


def test_a_batch_is_divided_among_the_services_and_answered_in_order(
    send_batch: Send, fake_apple: FakeApple, fake_google: FakeGoogle, token_key: TokenKey, service_account: str
) -> None:
    apple_app(token_key)
    google_app(service_account)
    dead = "dd" * 32
    fake_apple.standing[dead] = lambda: apple_error("Unregistered")
    response = send_batch(("gcm", "one"), ("apn", dead), ("gcm", "two"), ("apn", TOKEN))
    assert [found["status"] for found in response.json()["answers"]] == [200, 406, 200, 200]
    assert {push.token for push in fake_google.accepted} == {"one", "two"}
    assert [push.token for push in fake_apple.accepted] == [TOKEN]
    counted = UsageCount.objects.values_list("app", "platform", "outcome", "count")
    # What the app without a name stands in for is counted together: anyone may invent such names.
    assert set(counted) == {("other", "gcm", "accepted", 2), (APP, "apn", "accepted", 1), (APP, "apn", "dead", 1)}


def test_a_push_without_a_package_id_is_counted_for_the_only_app_of_google(
    send: Send, fake_google: FakeGoogle, service_account: str
) -> None:
    google_app(service_account, app_name="org.example.app")
    assert send(type="gcm", token="one", topic=None).status_code == 200
    assert UsageCount.objects.get().app == "org.example.app"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "topic"),
    [
        ("com.example.chat", "com.example.chat"),
        ("com.example.beta", "org.example.beta"),
        ("com.example.other", "org.example.all"),
        ("com.example.dev.ios", "org.example.dev"),
        ("com.example.dev.ios.voip", "org.example.dev.voip"),
        ("com-example-chat", None),
        ("x.com.example.chat", None),
    ],
)
def test_an_exact_name_takes_precedence_over_patterns(token_key: TokenKey, name: str, topic: str | None) -> None:
    apple_app(token_key, app_name="com.example.chat")
    apple_app(token_key, app_name="org.example.beta", other_names="com.example.beta")
    apple_app(token_key, app_name="org.example.all", other_names="com.example.*")
    apple_app(token_key, app_name="org.example.dev", other_names="com.example.dev.?os")
    apps = Apps()
    apps.read()
    if topic is None:
        with pytest.raises(ApplicationError):
            apps.named(name, type="apn")
    else:
        assert apps.named(name, type="apn").topic == topic


@pytest.mark.django_db
def test_the_token_decides_between_apps_with_the_same_pattern(token_key: TokenKey, service_account: str) -> None:
    apple_app(token_key, app_name="org.example.ios", other_names="com.example.*")
    google_app(service_account, app_name="org.example.android", other_names="com.example.*")
    apps = Apps()
    apps.read()
    assert apps.named("com.example.chat", type="apn").topic == "org.example.ios"
    assert apps.named("com.example.chat", type="gcm").topic == "org.example.android"
