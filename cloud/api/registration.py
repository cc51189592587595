"""Registering the workspace with its cloud by e-mail, as clients of the chat API expect it."""

from __future__ import annotations

import base64
import json
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from cloud.api.workspace import MANAGE, REGISTER
from cloud.models import PendingRegistration
from cloud.services.connection import self_description
from cloud.services.own_registration import POLL_EVERY, registration_poll, registration_start
from workspace.api.base import Api, Result, SuccessResult, endpoint
from workspace.api.params import FlagParam, Params, TextParam
from workspace.errors import ApplicationError


class IntentParams(Params):
    """The address that receives the confirmation link."""

    email = TextParam(max_length=254)
    resend = FlagParam(required=False, help_text="Ignored: each call sends a new link, and earlier ones end.")


class IntentObject(Result):
    """A registration that waits for its confirmation."""

    interval = serializers.IntegerField(help_text="Seconds between two calls of `cloud.confirmationPoll`.")
    device_code = serializers.CharField(help_text="Identifies the registration in `cloud.confirmationPoll`.")
    user_code = serializers.CharField(help_text="The confirmation page shows the same code.")


class IntentResult(SuccessResult):
    """A registration that waits for its confirmation."""

    intentData = IntentObject()


class CreateRegistrationIntentApi(Api):
    @endpoint(
        permission=MANAGE,
        params=IntentParams,
        result=IntentResult,
        summary="Register with the cloud by e-mail",
        description="The cloud sends a confirmation link to the address.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        pending = registration_start(email=params["email"])
        seconds = int(POLL_EVERY.total_seconds())
        return {"intentData": {"interval": seconds, "device_code": pending.request_id, "user_code": pending.code}}


class PollParams(Params):
    """The registration, as returned by `cloud.createRegistrationIntent`."""

    deviceCode = TextParam(max_length=64)


class PollObject(Result):
    """Whether the registration was confirmed."""

    successful = serializers.BooleanField()
    status = serializers.ChoiceField(choices=["pending", "successful"])


class PollResult(SuccessResult):
    """Whether the registration was confirmed."""

    pollData = PollObject()


class ConfirmationPollApi(Api):
    @endpoint(
        permission=MANAGE,
        params=PollParams,
        result=PollResult,
        summary="Ask whether the registration was confirmed",
        description="If it was, the workspace is registered now. The credentials do not leave the server.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        if not PendingRegistration.objects.filter(request_id=params["deviceCode"]).exists():
            # Clients expect this text without an error code.
            raise ApplicationError("Invalid query", "Invalid query")
        is_registered = registration_poll() is not None
        return {"pollData": {"successful": is_registered, "status": "successful" if is_registered else "pending"}}


class RegisterDataResult(SuccessResult):
    """What the workspace sends to the cloud when it registers."""

    registerData = serializers.CharField(help_text="A JSON object in base64.")


class WorkspaceRegisterDataApi(Api):
    @endpoint(
        permission=REGISTER,
        result=RegisterDataResult,
        summary="What the workspace sends to the cloud when it registers",
        description="Its unique id, address and name, for registering without internet access.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        return {"registerData": base64.b64encode(json.dumps(self_description()).encode()).decode()}
