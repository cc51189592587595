"""Registering devices for push notifications."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from push.models import Device, DeviceType, PushSettings
from push.models.devices import TOKEN_MAX_LENGTH
from push.models.settings import DEFAULT_GATEWAY
from push.services.devices import device_register, device_remove
from workspace.api.base import Api, Result, SuccessResult, caller_of, endpoint, session_of
from workspace.api.errors import InvalidParamsError
from workspace.api.objects import Moment
from workspace.api.params import ChoiceParam, Params, TextParam


class DeviceParams(Params):
    """The device to register."""

    type = ChoiceParam(choices=DeviceType.values)
    value = TextParam(max_length=TOKEN_MAX_LENGTH, help_text="The device token.")
    appName = TextParam(max_length=255, help_text="The app's bundle or package id.")
    id = TextParam(required=False, max_length=255, help_text="What the client calls the device; kept as it is.")
    voipToken = TextParam(required=False, max_length=TOKEN_MAX_LENGTH, help_text="Needs `id`.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "voipToken" in attrs and "id" not in attrs:
            raise InvalidParamsError(["must have property id when property voipToken is present"])
        return attrs


class TokenParams(Params):
    """The device to remove."""

    token = TextParam(max_length=TOKEN_MAX_LENGTH, help_text="The device token.")


class TokenObject(Result):
    """A device token under its type."""

    apn = serializers.CharField(required=False)
    gcm = serializers.CharField(required=False)


class DeviceObject(Result):
    """A registered device, in both of the shapes that clients know."""

    _id = serializers.CharField()
    token = TokenObject()
    tokenType = serializers.ChoiceField(choices=DeviceType.choices)
    tokenValue = serializers.CharField()
    appName = serializers.CharField()
    userId = serializers.CharField()
    enabled = serializers.BooleanField()
    voipToken = serializers.CharField(required=False)
    createdAt = Moment()
    updatedAt = Moment()
    _updatedAt = Moment()


class DeviceResult(SuccessResult):
    """The device as registered."""

    result = DeviceObject()


class PushInfoResult(SuccessResult):
    """How push notifications leave the workspace."""

    pushGatewayEnabled = serializers.BooleanField()
    defaultPushGateway = serializers.BooleanField()


class PushTokenApi(Api):
    is_background = True

    @endpoint(
        params=DeviceParams,
        result=DeviceResult,
        summary="Register a device",
        description="A token belongs to one person at a time: registering it again moves it. The device is removed "
        "when the sign-in ends that registered it.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        device = device_register(
            user=caller_of(request),
            type=DeviceType(params["type"]),
            app_name=params["appName"],
            token=params["value"],
            client_id=params.get("id", ""),
            voip_token=params.get("voipToken", ""),
            session_digest=session_of(request).digest,
        )
        return {"result": device_of(device)}

    @endpoint(params=TokenParams, summary="Remove a device", description="404 for a token that is not the caller's.")
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
        }


def device_of(device: Device) -> dict[str, Any]:
    """Return the device as clients know it."""
    return {
        "_id": device.public_id,
        "token": {device.type: device.token},
        "tokenType": device.type,
        "tokenValue": device.token,
        "appName": device.app_name,
        "userId": device.user.public_id,
        "enabled": device.disabled_at is None,
        "voipToken": device.voip_token or None,
        "createdAt": device.created_at,
        "updatedAt": device.updated_at,
        "_updatedAt": device.updated_at,
    }
