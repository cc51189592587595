"""push.token and push.info"""

from __future__ import annotations

from typing import Any

import pytest

from push.models import Device, PushSettings, VapidKeys
from tests.api_client import NOT_SIGNED_IN, ApiClient, failure
from tests.factories import UserFactory
from tests.fakes.webpush import FakePushService
from workspace.models import User

pytestmark = pytest.mark.django_db

DEVICE = {"type": "gcm", "value": "token-1", "appName": "chat.rocket.android"}


@pytest.fixture
def ana() -> User:
    return UserFactory()


@pytest.fixture
def api(ana: User) -> ApiClient:
    return ApiClient(ana)


def test_registers_a_device_and_returns_both_formats(api: ApiClient, ana: User) -> None:
    body = api.post("push.token", DEVICE).json()
    device = Device.objects.get()
    result = body["result"]
    assert body["success"] is True
    assert {
        "_id": device.public_id,
        "token": {"gcm": "token-1"},
        "tokenType": "gcm",
        "tokenValue": "token-1",
        "appName": "chat.rocket.android",
        "userId": ana.public_id,
        "enabled": True,
    }.items() <= result.items()
    assert result["updatedAt"] == result["_updatedAt"]
    assert "voipToken" not in result


@pytest.mark.parametrize(
    ("agent", "version"),
    [
        ("RC Mobile; ios 17.4.1; v4.48.0 (54321)", "4.48.0"),
        ("RC Mobile; android 14; v4.50.1 (1)", "4.50.1"),
        ("okhttp/4.9.2", ""),
        ("", ""),
    ],
    ids=["ios", "android", "library", "none"],
)
def test_remembers_the_version_of_the_mobile_app(ana: User, agent: str, version: str) -> None:
    api = ApiClient(ana)
    api.headers["User-Agent"] = agent
    api.post("push.token", DEVICE)
    assert Device.objects.get().app_version == version


def test_accepts_an_id_that_was_never_seen(api: ApiClient) -> None:
    fields = {"id": "AAAA-BBBB-" + "c" * 40, "voipToken": "b" * 64}
    result = api.post("push.token", DEVICE | fields).json()["result"]
    assert result["voipToken"] == "b" * 64
    assert Device.objects.get().client_id == fields["id"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"type": "fcm"}, "must be equal to one of the allowed values"),
        ({"type": None}, "must be equal to one of the allowed values"),
        ({"type": ...}, "must have required property 'type'"),
        ({"value": ...}, "must have required property 'value'"),
        ({"appName": ...}, "must have required property 'appName'"),
        ({"value": ""}, "must NOT have fewer than 1 characters"),
        ({"value": 7}, "must be string"),
        ({"appName": ""}, "must NOT have fewer than 1 characters"),
        ({"appName": "x" * 256}, "must NOT have more than 255 characters"),
        ({"value": "x" * 10_240}, "must NOT have more than 4096 characters"),
        ({"id": "x" * 256}, "must NOT have more than 255 characters"),
        ({"voipToken": "voip"}, "must have property id when property voipToken is present"),
    ],
)
def test_an_invalid_field_gives_an_error_and_registers_nothing(
    api: ApiClient, change: dict[str, Any], sentence: str
) -> None:
    fields = {name: value for name, value in (DEVICE | change).items() if value is not ...}
    response = api.post("push.token", fields)
    assert failure(response) == f"{sentence} [invalid-params]"
    assert not Device.objects.exists()


def test_a_token_of_the_greatest_length_is_accepted(api: ApiClient) -> None:
    assert api.post("push.token", DEVICE | {"value": "ü" * 4096}).status_code == 200


APPLE_TOKEN = "a37482095d676a22" * 4
APPLE_DEVICE = {"type": "apn", "value": APPLE_TOKEN, "appName": "chat.rocket.ios"}


@pytest.mark.parametrize(
    "spelling",
    [
        APPLE_TOKEN.upper(),
        f"<{' '.join(APPLE_TOKEN[place : place + 8] for place in range(0, 64, 8))}>",
        f"  {APPLE_TOKEN}\n",
    ],
)
def test_an_apple_token_is_one_device_however_it_is_spelled(api: ApiClient, ana: User, spelling: str) -> None:
    bob = UserFactory()
    api.post("push.token", APPLE_DEVICE)
    result = ApiClient(bob).post("push.token", APPLE_DEVICE | {"value": spelling}).json()["result"]
    device = Device.objects.get()
    assert (device.user, device.token, result["tokenValue"]) == (bob, APPLE_TOKEN, APPLE_TOKEN)


def test_a_device_is_removed_by_any_spelling_of_its_token(api: ApiClient) -> None:
    api.post("push.token", APPLE_DEVICE)
    assert api.delete("push.token", token=f"<{APPLE_TOKEN.upper()}>").status_code == 200
    assert not Device.objects.exists()


def test_surrounding_whitespace_of_a_google_token_is_dropped(api: ApiClient) -> None:
    api.post("push.token", DEVICE)
    assert api.post("push.token", DEVICE | {"value": " token-1\r\n"}).status_code == 200
    assert Device.objects.get().token == "token-1"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"value": "token-1"}, "An Apple device token consists of 64 to 200 hexadecimal digits."),
        ({"value": "a" * 63}, "An Apple device token consists of 64 to 200 hexadecimal digits."),
        ({"value": "a" * 201}, "An Apple device token consists of 64 to 200 hexadecimal digits."),
        ({"id": "i", "voipToken": "voip"}, "An Apple device token consists of 64 to 200 hexadecimal digits."),
        ({"type": "gcm", "value": "to ken"}, "must not be empty or contain spaces or control characters."),
        ({"type": "gcm", "value": " \n"}, "must not be empty or contain spaces or control characters."),
        ({"type": "gcm", "value": "to\x07ken"}, "must not be empty or contain spaces or control characters."),
    ],
)
def test_an_invalid_token_is_rejected(api: ApiClient, fields: dict[str, Any], sentence: str) -> None:
    response = api.post("push.token", APPLE_DEVICE | fields)
    assert sentence in failure(response)
    assert response.json()["errorType"] == "invalid-params"
    assert not Device.objects.exists()


def test_removes_the_callers_device_by_a_body(api: ApiClient) -> None:
    api.post("push.token", DEVICE)
    assert api.delete("push.token", token="token-1").json() == {"success": True}
    assert not Device.objects.exists()


def test_an_unknown_token_is_not_found(api: ApiClient) -> None:
    assert failure(api.delete("push.token", token="token-1"), 404) == "Resource not found"


def test_another_users_device_is_not_found_and_not_removed(api: ApiClient) -> None:
    ApiClient(UserFactory()).post("push.token", DEVICE)
    assert failure(api.delete("push.token", token="token-1"), 404)
    assert Device.objects.exists()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "must have required property 'token'"),
        ({"token": ""}, "must NOT have fewer than 1 characters"),
        ({"token": None}, "must be string"),
        ({"token": "x" * 4097}, "must NOT have more than 4096 characters"),
    ],
)
def test_a_missing_token_gives_an_error(api: ApiClient, fields: dict[str, Any], sentence: str) -> None:
    assert failure(api.delete("push.token", **fields)) == f"{sentence} [invalid-params]"


def test_signing_out_removes_the_sessions_devices(api: ApiClient, ana: User) -> None:
    other = ApiClient(ana)
    api.post("push.token", DEVICE)
    other.post("push.token", DEVICE | {"value": "token-2"})
    api.post("logout", {})
    assert list(Device.objects.values_list("token", flat=True)) == ["token-2"]


def test_a_device_is_removed_with_the_session_that_registered_it_last(api: ApiClient, ana: User) -> None:
    other = ApiClient(ana)
    api.post("push.token", DEVICE)
    other.post("push.token", DEVICE)
    api.post("logout", {})
    assert Device.objects.exists()
    other.post("logout", {})
    assert not Device.objects.exists()


def test_returns_whether_push_and_the_default_gateway_are_on(api: ApiClient) -> None:
    info = api.get("push.info").json()
    assert info.pop("vapidPublicKey") == VapidKeys.objects.get().public_key
    assert info == {"pushGatewayEnabled": True, "defaultPushGateway": True, "success": True}
    settings = PushSettings.stored()
    settings.enable, settings.gateway = False, "https://push.example.org"
    settings.save()
    VapidKeys.objects.all().delete()
    info = api.get("push.info").json()
    assert info == {"pushGatewayEnabled": False, "defaultPushGateway": False, "success": True}


@pytest.mark.parametrize(("method", "name"), [("post", "push.token"), ("delete", "push.token"), ("get", "push.info")])
def test_anonymous_requests_are_rejected(method: str, name: str) -> None:
    response = getattr(ApiClient(), method)(name)
    assert (response.status_code, response.json()) == (401, NOT_SIGNED_IN)


# Web push subscriptions.


def web_push(service: FakePushService, **changes: Any) -> dict[str, Any]:
    subscription = service.subscribe(VapidKeys.current_public_key())
    fields = {
        "type": "webpush",
        "endpoint": subscription.endpoint,
        "keys": subscription.keys,
        "appName": "org.example.unified",
        **changes,
    }
    return {name: value for name, value in fields.items() if value is not ...}


def test_registers_a_unified_push_app(api: ApiClient, push_service: FakePushService) -> None:
    fields = web_push(push_service, capabilities=["clear", "dance"])
    result = api.post("push.token", fields).json()["result"]
    device = Device.objects.get()
    assert (result["tokenType"], result["tokenValue"]) == ("webpush", fields["endpoint"])
    assert result["token"] == {"webpush": fields["endpoint"]}
    assert result["capabilities"] == ["clear"]
    assert fields["keys"]["auth"] not in str(result)
    assert {"p256dh": device.public_key, "auth": device.auth_secret} == fields["keys"]
    assert api.delete("push.token", token=fields["endpoint"]).json() == {"success": True}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"endpoint": ...}, "must have required property 'endpoint'"),
        ({"keys": ...}, "must have required property 'keys'"),
        ({"keys": {}}, "must have required property 'p256dh'"),
        ({"keys": 7}, "must be object"),
        ({"keys": {"p256dh": "AAAA", "auth": "MDEyMzQ1Njc4OWFiY2RlZg"}}, "keys.p256dh must be an uncompressed point"),
        ({"keys": {"p256dh": "B" * 87, "auth": "AAAA"}}, "keys.auth must be 16 bytes in base64url"),
        ({"capabilities": "clear"}, "must be array"),
    ],
)
def test_invalid_keys_give_errors(
    api: ApiClient, push_service: FakePushService, change: dict[str, Any], sentence: str
) -> None:
    assert sentence in failure(api.post("push.token", web_push(push_service, **change)))
    assert not Device.objects.exists()


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://127.0.0.1/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://169.254.169.254/x",
        "https://10.0.0.1:22/",
    ],
)
def test_unsafe_endpoints_are_rejected(api: ApiClient, push_service: FakePushService, endpoint: str) -> None:
    error = failure(api.post("push.token", web_push(push_service, endpoint=endpoint)))
    assert error.endswith("[error-endpoint-not-allowed]")
    assert not Device.objects.exists()


def test_a_phones_app_announces_its_capabilities(api: ApiClient) -> None:
    api.post("push.token", DEVICE | {"capabilities": ["clear"]})
    assert Device.objects.get().capabilities == ["clear"]
    api.post("push.token", DEVICE)
    assert Device.objects.get().capabilities == []
