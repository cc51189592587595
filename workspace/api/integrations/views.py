"""Managing incoming webhooks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from rest_framework import serializers
from rest_framework.request import Request

from workspace.api.base import Api, SuccessResult, caller_of, endpoint
from workspace.api.integrations.objects import (
    INCOMING,
    OUTGOING,
    HistoryObject,
    IntegrationObject,
    call_of,
    integration_of,
)
from workspace.api.paging import PageResult, PagingParams, page_of
from workspace.api.params import FlagParam, Params, TextParam
from workspace.errors import ApplicationError
from workspace.models import Integration, User
from workspace.selectors.integrations import calls_of, integrations_of, may_manage_any
from workspace.services.integrations.managing import (
    IntegrationChanges,
    integration_create,
    integration_remove,
    integration_update,
)

NO_SCRIPTS = "Scripts of integrations are not supported"
NO_OUTGOING = "Outgoing webhooks are not supported"
# Parameters of clients, and the columns that they change.
COLUMNS = {
    "name": "name",
    "enabled": "is_enabled",
    "channel": "channels",
    "username": "username",
    "alias": "alias",
    "emoji": "emoji",
    "avatar": "avatar",
    "overrideDestinationChannelEnabled": "may_choose_room",
}


class IntegrationParams(Params):
    """The properties of a webhook."""

    type = TextParam(help_text="`webhook-incoming`. There are no outgoing webhooks.")
    name = TextParam(max_length=120)
    enabled = FlagParam()
    username = TextParam(
        max_length=64, help_text="The account that posts. A bot account is created if there is none with this name."
    )
    channel = TextParam(max_length=1000, help_text="`#room` or `@username`, several with commas between them.")
    alias = TextParam(required=False, allow_blank=True, max_length=255)
    emoji = TextParam(required=False, allow_blank=True, max_length=64)
    avatar = TextParam(required=False, allow_blank=True, max_length=1000)
    overrideDestinationChannelEnabled = FlagParam(required=False)
    scriptEnabled = FlagParam(required=False)
    script = TextParam(required=False, allow_blank=True)


class IntegrationUpdateParams(IntegrationParams):
    """The webhook to change, and its new properties."""

    integrationId = TextParam(max_length=64)
    name = TextParam(required=False, max_length=120)
    enabled = FlagParam(required=False)
    username = TextParam(required=False, max_length=64)
    channel = TextParam(required=False, max_length=1000)


class IntegrationRemoveParams(Params):
    """The webhook to remove."""

    type = TextParam()
    integrationId = TextParam(max_length=64)


class IntegrationGetParams(Params):
    """The webhook."""

    integrationId = TextParam(max_length=64)
    createdBy = TextParam(required=False, max_length=64, help_text="The id of the account that created it.")


class IntegrationHistoryParams(PagingParams):
    """The webhook whose calls are listed."""

    id = TextParam(max_length=64)


class IntegrationResult(SuccessResult):
    """A webhook."""

    integration = IntegrationObject()


class IntegrationsResult(PageResult):
    """Webhooks."""

    integrations = IntegrationObject(many=True)
    items = serializers.IntegerField()


class IntegrationHistoryResult(PageResult):
    """Calls of a webhook."""

    history = HistoryObject(many=True)
    items = serializers.IntegerField()


class IntegrationsCreateApi(Api):
    @endpoint(
        params=IntegrationParams,
        result=IntegrationResult,
        summary="Create an incoming webhook",
        description="The response contains the token, which is not shown again. Programs post to "
        "`/hooks/<_id>/<token>`. Requires the permission `manage-incoming-integrations` or "
        "`manage-own-incoming-integrations`.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        type_check(params)
        integration, token = integration_create(by=caller_of(request), **changes_of(params))
        return {"integration": integration_of(integration, token=token)}


class IntegrationsUpdateApi(Api):
    @endpoint(params=IntegrationUpdateParams, result=IntegrationResult, summary="Change an incoming webhook")
    def put(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        type_check(params)
        caller = caller_of(request)
        integration = integration_named(caller, params["integrationId"])
        integration_update(by=caller, integration=integration, **changes_of(params))
        return {"integration": integration_of(integration)}


class IntegrationsRemoveApi(Api):
    @endpoint(params=IntegrationRemoveParams, result=IntegrationResult, summary="Remove an incoming webhook")
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        type_check(params)
        caller = caller_of(request)
        integration = integration_named(caller, params["integrationId"])
        removed = integration_of(integration)
        integration_remove(by=caller, integration=integration)
        return {"integration": removed}


class IntegrationsGetApi(Api):
    @endpoint(params=IntegrationGetParams, result=IntegrationResult, summary="An incoming webhook")
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        caller = caller_of(request)
        manager_check(caller)
        integration = integrations_of(caller).filter(public_id=params["integrationId"]).first()
        creator = params.get("createdBy")
        if integration is None or (creator and integration.created_by.public_id != creator):
            raise ApplicationError("The integration does not exists.", "The integration does not exists.")
        return {"integration": integration_of(integration)}


class IntegrationsListApi(Api):
    @endpoint(params=PagingParams, result=IntegrationsResult, summary="Incoming webhooks")
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        caller = caller_of(request)
        manager_check(caller)
        rows = integrations_of(caller).order_by("-created_at", "-pk")
        page = page_of(rows, params, name="integrations", represent=lambda items: list(map(integration_of, items)))
        return page | {"items": page["count"]}


class IntegrationsHistoryApi(Api):
    @endpoint(
        params=IntegrationHistoryParams,
        result=IntegrationHistoryResult,
        summary="The last calls of an incoming webhook",
        description="The newest first, at most 100, without their contents.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        caller = caller_of(request)
        manager_check(caller)
        integration = integrations_of(caller).filter(public_id=params["id"]).first()
        if integration is None:
            raise ApplicationError("Invalid integration id.", "Invalid integration id.")
        page = page_of(
            calls_of(integration),
            params,
            name="history",
            represent=lambda items: [call_of(row, integration) for row in items],
        )
        return page | {"items": page["count"]}


def manager_check(user: User) -> None:
    """Raise the older error for a missing permission unless the account may manage webhooks."""
    if not may_manage_any(user):
        raise ApplicationError("unauthorized", "unauthorized", status=403)


def integration_named(user: User, public_id: str) -> Integration:
    """Return the webhook that the account may manage; raises `No integration found.` if there is none."""
    manager_check(user)
    integration = integrations_of(user).filter(public_id=public_id).first()
    if integration is None:
        raise ApplicationError("No integration found.", "No integration found.")
    return integration


def type_check(params: Mapping[str, Any]) -> None:
    """Raise an error for outgoing webhooks, and for scripts: this workspace has neither."""
    if params["type"] == OUTGOING:
        raise ApplicationError("error-not-supported", NO_OUTGOING)
    if params["type"] != INCOMING:
        raise ApplicationError("Invalid integration type.", "Invalid integration type.")
    if params.get("scriptEnabled") and params.get("script", "").strip():
        raise ApplicationError("error-not-supported", NO_SCRIPTS)


def changes_of(params: Mapping[str, Any]) -> IntegrationChanges:
    """Return the parameters by the names of the columns."""
    changes = {COLUMNS[name]: value for name, value in params.items() if name in COLUMNS}
    return cast(IntegrationChanges, changes)
