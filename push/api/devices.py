"""API endpoints to register devices for push notifications."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from push.browsers import app_version
from push.models import Device, PushSettings, VapidKeys
from push.models.devices import TOKEN_MAX_LENGTH
from push.models.gateway_addresses import DEFAULT_GATEWAY
from push.providers.endpoints import ENDPOINT_MAX_LENGTH
from push.providers.registry import device_choices, device_kind, device_kinds
from push.providers.web_push.transport import auth_secret_bytes, public_key_bytes
from push.services.devices import NAME_MAX_LENGTH, NO_KEYS, SubscriptionKeys, device_register, device_remove
from workspace.api.base import Api, Result, SuccessResult, caller_of, endpoint, session_of
from workspace.api.errors import InvalidParamsError
from workspace.api.objects import Timestamp
from workspace.api.params import MISSING, ChoiceParam, ListParam, Params, TextParam

KEY_CHECKS: tuple[tuple[str, Callable[[str], bytes], str], ...] = (
    ("p256dh", public_key_bytes, "keys.p256dh must be an uncompressed point of P-256: 65 bytes in base64url"),
    ("auth", auth_secret_bytes, "keys.auth must be 16 bytes in base64url"),
)


def is_readable(read: Callable[[str], bytes], text: str) -> bool:
    """Return True if `read` accepts the text."""
    try:
        read(text)
    except ValueError:
        return False
    return True


class KeysParams(Params):
    """The keys for encrypting the messages of a web push subscription (RFC 8291), in base64url."""

    p256dh = TextParam(max_length=256, help_text="The public key: an uncompressed point of the curve P-256, 65 bytes.")
    auth = TextParam(max_length=64, help_text="The authentication secret, 16 bytes.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        problems = [sentence for name, read, sentence in KEY_CHECKS if not is_readable(read, attrs[name])]
        if problems:
            raise InvalidParamsError(problems)
        return attrs


class DeviceParams(Params):
    """The device to register."""

    type = ChoiceParam(choices=[kind.type for kind in device_kinds()])
    value = TextParam(
        required=False, max_length=TOKEN_MAX_LENGTH, help_text="The device token; not for the type `webpush`."
    )
    endpoint = TextParam(
        required=False,
        max_length=ENDPOINT_MAX_LENGTH,
        help_text="For the type `webpush`: the subscription's https URL at its push service, on the public internet.",
    )
    keys = KeysParams(required=False, help_text="For the type `webpush`: the subscription's keys.")
    capabilities = ListParam(
        child=TextParam(max_length=32),
        required=False,
        max_length=16,
        help_text="Optional features of the app. `clear`: it removes a room's notifications when it receives a silent "
        "push. Unknown values are ignored.",
    )
    appName = TextParam(max_length=255, help_text="The app's bundle or package id.")
    id = TextParam(required=False, max_length=255, help_text="The client's id for the device; stored unchanged.")
    name = TextParam(
        required=False,
        max_length=NAME_MAX_LENGTH,
        help_text="The user's name for a new device, such as `Pixel 9`. Not in Rocket.Chat's API.",
    )
    voipToken = TextParam(required=False, max_length=TOKEN_MAX_LENGTH, help_text="Requires `id`.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        needed = device_kind(attrs["type"]).register_with
        if missing := [MISSING.format(name) for name in needed if name not in attrs]:
            raise InvalidParamsError(missing)
        if "voipToken" in attrs and "id" not in attrs:
            raise InvalidParamsError(["must have property id when property voipToken is present"])
        return attrs


class TokenParams(Params):
    """The device to remove."""

    token = TextParam(max_length=TOKEN_MAX_LENGTH, help_text="The device token.")


class TokenObject(Result):
    """A device token, keyed by its type."""

    # Not all types are valid Python identifiers.
    vars().update({kind.type: serializers.CharField(required=False) for kind in device_kinds()})


class DeviceObject(Result):
    """A registered device, with the field names of older and newer clients."""

    _id = serializers.CharField()
    token = TokenObject()
    tokenType = serializers.ChoiceField(choices=device_choices())
    tokenValue = serializers.CharField()
    appName = serializers.CharField()
    userId = serializers.CharField()
    enabled = serializers.BooleanField()
    voipToken = serializers.CharField(required=False)
    capabilities = serializers.ListField(child=serializers.CharField())
    createdAt = Timestamp()
    updatedAt = Timestamp()
    _updatedAt = Timestamp()


class DeviceResult(SuccessResult):
    """The registered device."""

    result = DeviceObject()


class PushInfoResult(SuccessResult):
    """How the workspace delivers push notifications."""

    pushGatewayEnabled = serializers.BooleanField()
    defaultPushGateway = serializers.BooleanField()
    vapidPublicKey = serializers.CharField(
        required=False, help_text="The key that browsers and UnifiedPush distributors subscribe for (RFC 8292)."
    )


class PushTokenApi(Api):
    is_background = True

    @endpoint(
        params=DeviceParams,
        result=DeviceResult,
        summary="Register a device",
        description="A token belongs to one user at a time: registering it again moves it. The device is removed when "
        "the session that registered it ends. The type `webpush` registers a browser or UnifiedPush app by its "
        "subscription (RFC 8030); `error-endpoint-not-allowed` explains why an endpoint is not accepted.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        with_keys = "keys" in device_kind(params["type"]).register_with
        device = device_register(
            user=caller_of(request),
            type=params["type"],
            app_name=params["appName"],
            token=params["endpoint"] if with_keys else params["value"],
            client_id=params.get("id", ""),
            voip_token=params.get("voipToken", ""),
            session_digest=session_of(request).digest,
            keys=SubscriptionKeys(params["keys"]["p256dh"], params["keys"]["auth"]) if with_keys else NO_KEYS,
            capabilities=params.get("capabilities", []),
            name=params.get("name", ""),
            app_version=app_version(request.headers.get("User-Agent", "")),
        )
        return {"result": device_of(device)}

    @endpoint(
        params=TokenParams,
        summary="Remove a device",
        description="Responds with 404 if the caller has no device with this token.",
    )
    def delete(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        device_remove(user=caller_of(request), token=params["token"])
        return {}


class PushInfoApi(Api):
    @endpoint(result=PushInfoResult, summary="Whether push notifications are on")
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        settings = PushSettings.current()
        return {
            "pushGatewayEnabled": settings.enable,
            "defaultPushGateway": settings.gateway.strip() == DEFAULT_GATEWAY,
            "vapidPublicKey": VapidKeys.current_public_key() or None,
        }


def device_of(device: Device) -> dict[str, Any]:
    """Return the device in the API format."""
    return {
        "_id": device.public_id,
        "token": {device.type: device.token},
        "tokenType": device.type,
        "tokenValue": device.token,
        "appName": device.app_name,
        "userId": device.user.public_id,
        "enabled": device.disabled_at is None,
        "voipToken": device.voip_token or None,
        "capabilities": device.capabilities,
        "createdAt": device.created_at,
        "updatedAt": device.updated_at,
        "_updatedAt": device.updated_at,
    }
