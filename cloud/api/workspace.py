"""The workspace's API endpoints for its cloud connection, as clients of the chat API expect them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from cloud.models import CloudConnection
from cloud.selectors.usage import own_usage
from cloud.services.own_registration import manual_register, workspace_connect
from cloud.services.sync import cloud_sync
from workspace.api.base import Api, Result, SuccessResult, caller_of, endpoint
from workspace.api.params import Params, TextParam
from workspace.errors import ApplicationError
from workspace.models import GeneralSettings

MANAGE = "cloud.manage_cloud"
REGISTER = "cloud.register_on_cloud"


class ManualRegisterParams(Params):
    """A registration file from the cloud's console."""

    missing_errors = {"cloudBlob": ApplicationError(*["Match error: Missing key 'cloudBlob'"] * 2)}

    cloudBlob = TextParam(max_length=20_000)


class CloudManualRegisterApi(Api):
    @endpoint(
        permission=REGISTER,
        params=ManualRegisterParams,
        summary="Register without contacting the cloud",
        description="Uses a registration file from the cloud's console, for servers without internet access.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        caller = caller_of(request)
        if CloudConnection.objects.exists():
            # Clients expect this text without an error code.
            raise ApplicationError(*["Workspace is already registered"] * 2)
        manual_register(blob=params["cloudBlob"], actor=caller)
        return {}


class ConnectParams(Params):
    """A registration token from the cloud's console."""

    token = TextParam(max_length=2000)


class CloudConnectWorkspaceApi(Api):
    @endpoint(
        permission=MANAGE,
        params=ConnectParams,
        summary="Connect to the cloud with a registration token",
        description="The token also contains the cloud's address.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        caller = caller_of(request)
        try:
            workspace_connect(token=params["token"], actor=caller)
        except ApplicationError as error:
            message = error.message or error.code
            raise ApplicationError(message, message) from error
        return {}


class CloudSyncApi(Api):
    @endpoint(
        permission=MANAGE,
        summary="Synchronize with the cloud",
        description="Fetches the licence, terms and usage now. Only newer Rocket.Chat servers have this endpoint.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        cloud_sync()
        return {}


class OwnUsageResult(SuccessResult):
    """The workspace's usage this month, as counted by its cloud; null until the cloud has reported it."""

    usage = serializers.DictField(allow_null=True)


class CloudUsageApi(Api):
    @endpoint(
        permission=MANAGE,
        result=OwnUsageResult,
        summary="The workspace's push usage this month",
        description="As of the last synchronization. Only Callboard has this endpoint.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        usage = own_usage()
        return {"usage": usage.as_json() if usage else None}


class RegistrationObject(Result):
    """The workspace's registration."""

    workspaceRegistered = serializers.BooleanField()
    workspaceId = serializers.CharField()
    uniqueId = serializers.CharField()
    token = serializers.CharField(help_text="Always empty: the access token does not leave the server.")
    email = serializers.CharField()


class RegistrationStatusResult(SuccessResult):
    """The workspace's registration."""

    registrationStatus = RegistrationObject()


class CloudRegistrationStatusApi(Api):
    @endpoint(
        permission=MANAGE, result=RegistrationStatusResult, summary="Whether the workspace is registered with a cloud"
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        connection = CloudConnection.objects.first()
        return {
            "registrationStatus": {
                "workspaceRegistered": connection is not None,
                "workspaceId": connection.workspace_id if connection else "",
                "uniqueId": GeneralSettings.current().unique_id,
                "token": "",
                "email": connection.email if connection else "",
            }
        }
