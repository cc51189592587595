"""The workspace's API endpoints for its licence."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from cloud.api.workspace import MANAGE
from cloud.models import Plan
from cloud.selectors.licence import LicenceState, licence_state
from cloud.services.licences import licence_install
from workspace.api.base import Api, Result, SuccessResult, caller_of, endpoint
from workspace.api.params import Params, TextParam
from workspace.models import User
from workspace.services.settings import VIEW_PERMISSION

VERSION = "3.0"
PUSHES_LIMIT = "monthlyPushNotifications"
TAG_COLORS = {Plan.COMMUNITY: "#6C727A", Plan.PREMIUM: "#5154EC"}


class LicenceInfoObject(Result):
    """The valid licence and what it grants; `license` is missing without a valid licence."""

    license = serializers.DictField(required=False)
    activeModules = serializers.ListField(child=serializers.CharField())
    externalModules = serializers.ListField(child=serializers.DictField())
    preventedActions = serializers.DictField()
    limits = serializers.DictField()
    tags = serializers.ListField(child=serializers.DictField())
    trial = serializers.BooleanField()
    hasValidLicense = serializers.BooleanField()
    status = serializers.CharField(help_text="Callboard only: `valid`, `none`, or why the licence is not valid.")


class LicensesInfoResult(SuccessResult):
    """The workspace's licence."""

    license = LicenceInfoObject()


class LicensesInfoApi(Api):
    @endpoint(
        result=LicensesInfoResult,
        summary="The workspace's licence and what it grants",
        description="Callers without the permission `view-privileged-setting` get neither the licence itself nor its "
        "limits.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        sees_all = caller_of(request).has_perm(VIEW_PERMISSION)
        info = licence_info(licence_state())
        return {"license": info if sees_all else {**info, "license": None, "limits": {}}}


def licence_info(state: LicenceState) -> dict[str, Any]:
    """Return the licence in the format that clients expect."""
    licence = state.licence if state.is_valid else None
    tag = {"name": str(Plan(state.plan).label) if state.plan in Plan.values else state.plan}
    tag["color"] = TAG_COLORS.get(Plan(state.plan), "") if state.plan in Plan.values else ""
    limits = {PUSHES_LIMIT: {"max": licence.limit}} if licence and licence.limit is not None else {}
    return {
        "license": licence_object(state) if licence else None,
        "activeModules": list(state.modules),
        "externalModules": [],
        "preventedActions": {},
        "limits": limits,
        "tags": [tag],
        "trial": False,
        "hasValidLicense": state.is_valid,
        "status": state.status,
    }


def licence_object(state: LicenceState) -> dict[str, Any]:
    """Return the licence in version 3 of the chat server's licence format."""
    licence = state.licence
    assert licence is not None
    max_pushes = [] if licence.limit is None else [{"max": licence.limit, "behavior": "prevent_action"}]
    return {
        "version": VERSION,
        "information": {
            "id": licence.id,
            "autoRenew": bool(state.installed and state.installed.source == "sync"),
            "visualExpiration": licence.ends_at.isoformat(),
            "trial": False,
            "offline": bool(state.installed and state.installed.source == "pasted"),
            "grantedBy": {"method": "cloud" if licence.issuer else "manual", "seller": licence.issuer},
            "tags": [{"name": licence.plan}],
        },
        "validation": {
            "serverUniqueId": licence.unique_id,
            "validPeriods": [
                {
                    "validFrom": licence.begins_at.isoformat(),
                    "validUntil": licence.ends_at.isoformat(),
                    "invalidBehavior": "invalidate_license",
                }
            ],
        },
        "grantedModules": [{"module": name} for name in licence.modules],
        "limits": {PUSHES_LIMIT: max_pushes},
        "cloudMeta": {},
    }


class LicensesResult(SuccessResult):
    """The valid licence, if there is one."""

    licenses = serializers.ListField(child=serializers.DictField())


class LicensesGetApi(Api):
    @endpoint(
        permission=VIEW_PERMISSION,
        result=LicensesResult,
        summary="The workspace's licences, for old clients",
        description="At most one: the valid licence of `licenses.info`.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        state = licence_state()
        return {"licenses": [licence_object(state)] if state.is_valid else []}


class IsEnterpriseResult(SuccessResult):
    """Whether the workspace has a premium plan."""

    isEnterprise = serializers.BooleanField()


class LicensesIsEnterpriseApi(Api):
    @endpoint(result=IsEnterpriseResult, summary="Whether the workspace has a premium plan, for old clients")
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        state = licence_state()
        return {"isEnterprise": state.is_valid and state.plan != Plan.COMMUNITY}


class MaxActiveUsersResult(SuccessResult):
    """The maximum number of active users, and their current number."""

    maxActiveUsers = serializers.IntegerField(allow_null=True, help_text="Null: there is no limit.")
    activeUsers = serializers.IntegerField()


class LicensesMaxActiveUsersApi(Api):
    @endpoint(
        permission=VIEW_PERMISSION, result=MaxActiveUsersResult, summary="Maximum number of active users (unlimited)"
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        return {"maxActiveUsers": None, "activeUsers": User.objects.filter(is_active=True).count()}


class AddLicenceParams(Params):
    """A signed licence."""

    license = TextParam(max_length=8192)


class LicensesAddApi(Api):
    @endpoint(
        permission=MANAGE,
        params=AddLicenceParams,
        summary="Install a licence",
        description="For workspaces that cannot reach the cloud. A licence that is not valid is refused.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        licence_install(token=params["license"])
        return {}
