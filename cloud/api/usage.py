"""The cloud's API endpoints for a workspace's push usage."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request

from cloud.api.authorization import workspace_of
from cloud.api.service import ServiceApi
from cloud.selectors.quota import month_next, month_of
from cloud.selectors.usage import month_parse, usage_csv, usage_month
from workspace.api.base import SuccessResult, endpoint
from workspace.api.params import Params, TextParam
from workspace.errors import ApplicationError


class UsageParams(Params):
    """A month such as `2026-11`; by default the current one."""

    month = TextParam(required=False, max_length=7)


class UsageResult(SuccessResult):
    """A workspace's usage in a month."""

    usage = serializers.JSONField()


class UsageApi(ServiceApi):
    """`GET /api/cloud/usage`: the usage of the workspace whose access token is sent."""

    @endpoint(params=UsageParams, result=UsageResult)
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        return {"usage": usage_month(workspace_of(request), month_param(params.get("month", ""))).as_json()}


class UsageCsvApi(ServiceApi):
    """`GET /api/cloud/usage.csv`: the counts of a month by day, app, platform and outcome."""

    def get(self, request: Request) -> HttpResponse:
        workspace = workspace_of(request)
        month = month_param(UsageParams.read(request.query_params).get("month", ""))
        text = usage_csv(workspace, since=month, until=month_next(month) - timedelta(days=1))
        return HttpResponse(text, content_type="text/csv; charset=utf-8")


def month_param(text: str) -> date:
    """Return the month of a request, by default the current one; raises `invalid-params`."""
    try:
        return month_parse(text) if text else month_of()
    except ValueError as error:
        raise ApplicationError("invalid-params", 'month must match format "yyyy-mm"') from error
