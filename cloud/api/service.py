"""The cloud's API for workspaces: registration, access tokens, and synchronization."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from rest_framework import serializers
from rest_framework.request import Request

from cloud.api.authorization import client_of, workspace_of
from cloud.models import RegisteredWorkspace
from cloud.services.addresses import address_change, address_check
from cloud.services.licences import signing_key_ensure
from cloud.services.registration import Credentials, access_token_issue, workspace_disconnect
from cloud.services.registration_requests import registration_request, registration_token_use, request_finish
from cloud.services.sync_responses import sync_respond
from workspace.api.base import PublicApi, SuccessResult, endpoint
from workspace.api.objects import Timestamp
from workspace.api.params import FlagParam, ListParam, Params, TextParam, TimestampParam
from workspace.api.parsers import FormParser, JsonParser
from workspace.api.throttling import Rate
from workspace.errors import ApplicationError


class ServiceApi(PublicApi):
    """An endpoint for workspaces. It is not part of the chat API, so the OpenAPI schema leaves it out."""

    schema = None
    rate = Rate(120, 60_000)


class WorkspaceParams(Params):
    """How a workspace identifies itself."""

    uniqueId = TextParam(max_length=64)
    siteUrl = TextParam(max_length=200)
    name = TextParam(max_length=255)


class RegisterParams(WorkspaceParams):
    """A registration by e-mail."""

    email = TextParam(max_length=254)


class RegisterResult(SuccessResult):
    """Id and secret with which the workspace asks whether the e-mail was confirmed."""

    requestId = serializers.CharField()
    secret = serializers.CharField()
    code = serializers.CharField()
    endsAt = Timestamp()


class RegisterApi(ServiceApi):
    rate = Rate(10, 60_000)

    @endpoint(params=RegisterParams, result=RegisterResult)
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        registration, secret = registration_request(
            unique_id=params["uniqueId"], name=params["name"], site_url=params["siteUrl"], email=params["email"]
        )
        return {
            "requestId": registration.public_id,
            "secret": secret,
            "code": registration.code,
            "endsAt": registration.ends_at,
        }


class RegistrationParams(Params):
    """The registration request, with its secret."""

    requestId = TextParam(max_length=64)
    secret = TextParam(max_length=128)


class CredentialsResult(SuccessResult):
    """The credentials of a registered workspace; only `confirmed` while the e-mail is not confirmed."""

    confirmed = serializers.BooleanField()
    workspaceId = serializers.CharField(required=False)
    clientId = serializers.CharField(required=False)
    clientSecret = serializers.CharField(required=False)
    publicKey = serializers.CharField(required=False)
    gatewayUrl = serializers.CharField(required=False)


class RegistrationApi(ServiceApi):
    @endpoint(params=RegistrationParams, result=CredentialsResult)
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        registered = request_finish(request_id=params["requestId"], secret=params["secret"])
        return credentials_answer(*registered) if registered else credentials_none()


class ConnectParams(WorkspaceParams):
    """A registration by token."""

    token = TextParam(max_length=128)


class ConnectApi(ServiceApi):
    rate = Rate(20, 60_000)

    @endpoint(params=ConnectParams, result=CredentialsResult)
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        return credentials_answer(
            *registration_token_use(
                secret=params["token"],
                unique_id=params["uniqueId"],
                name=params["name"],
                site_url=params["siteUrl"],
            )
        )


def credentials_answer(workspace: RegisteredWorkspace, credentials: Credentials) -> dict[str, Any]:
    """Return the response with the credentials, which a workspace receives only once."""
    return {
        "confirmed": True,
        "workspaceId": workspace.public_id,
        "clientId": credentials.client_id,
        "clientSecret": credentials.client_secret,
        "publicKey": signing_key_ensure().public_key,
        "gatewayUrl": settings.SITE_URL,
    }


def credentials_none() -> dict[str, Any]:
    """Return the response while the e-mail is not confirmed."""
    return {"confirmed": False, **dict.fromkeys(("workspaceId", "clientId", "clientSecret", "publicKey", "gatewayUrl"))}


class TokenParams(Params):
    """RFC 6749, 4.4.2. `site_url` is an extension, for detecting copied databases."""

    grant_type = TextParam(max_length=64)
    site_url = TextParam(required=False, max_length=200)
    client_id = TextParam(required=False, max_length=64)
    client_secret = TextParam(required=False, max_length=128)


class TokenResult(SuccessResult):
    """RFC 6749, 5.1."""

    access_token = serializers.CharField()
    token_type = serializers.CharField()
    expires_in = serializers.IntegerField()


class TokenApi(ServiceApi):
    """`POST /api/cloud/token`: OAuth 2.0 client credentials."""

    parser_classes = [JsonParser, FormParser]

    @endpoint(params=TokenParams, result=TokenResult)
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        if params["grant_type"] != "client_credentials":
            raise ApplicationError("unsupported_grant_type", "Only client_credentials is supported")
        workspace = client_of(request, params.get("client_id", ""), params.get("client_secret", ""))
        address_check(workspace=workspace, site_url=params.get("site_url", ""))
        token, seconds = access_token_issue(workspace=workspace)
        return {"access_token": token, "token_type": "Bearer", "expires_in": seconds}


class AddressParams(Params):
    """The workspace's new address."""

    siteUrl = TextParam(max_length=200)


class AddressApi(ServiceApi):
    @endpoint(params=AddressParams)
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        address_change(workspace=client_of(request), site_url=params["siteUrl"])
        return {}


class DisconnectApi(ServiceApi):
    @endpoint()
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        workspace_disconnect(workspace=client_of(request))
        return {}


class ConsentParams(Params):
    """A user of the workspace agreed to a version of the terms, or withdrew. Version 0 means the newest."""

    version = serializers.IntegerField(min_value=0, max_value=1_000_000)
    withdrawn = FlagParam()
    by = TextParam(max_length=255, allow_blank=True)
    at = TimestampParam()


class SyncParams(WorkspaceParams):
    """The workspace's name and address, new consents, and the newest version of the terms that it has."""

    termsKnown = serializers.IntegerField(min_value=0, max_value=1_000_000)
    consents = ListParam(child=ConsentParams(), max_length=100)


class SyncResult(SuccessResult):
    """The workspace's current state at the cloud."""

    workspaceId = serializers.CharField()
    gatewayUrl = serializers.CharField()
    terms = serializers.JSONField()
    license = serializers.CharField(allow_null=True)
    usage = serializers.JSONField()


class SyncApi(ServiceApi):
    @endpoint(params=SyncParams, result=SyncResult)
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        workspace = workspace_of(request)
        address_check(workspace=workspace, site_url=params["siteUrl"])
        if params["uniqueId"] != workspace.unique_id:
            raise ApplicationError("error-unique-id", "These credentials belong to another workspace", status=409)
        return sync_respond(
            workspace=workspace,
            name=params["name"],
            consents=params["consents"],
            terms_known=params["termsKnown"],
        )
