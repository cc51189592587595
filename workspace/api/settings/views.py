"""Endpoints of the settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.module_loading import import_string
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request

from workspace.api.base import Api, PublicApi, caller_of, endpoint
from workspace.api.errors import InvalidParamsError
from workspace.api.paging import PagingParams, page_of
from workspace.api.params import FlagParam, ListParam, Params, TextParam
from workspace.api.settings.objects import (
    PublicSettingsPage,
    SettingResult,
    SettingsPage,
    all_settings,
    public_settings,
    visible_value,
)
from workspace.errors import ApplicationError, MissingPermissionError
from workspace.models import ChangeSource
from workspace.services.settings import EDIT_PERMISSION, VIEW_PERMISSION, Origin, setting_save, settings_save
from workspace.setting_groups import SettingsGroup
from workspace.setting_groups.built_in import BUILT_IN_SETTINGS
from workspace.setting_groups.registry import actions_by_id, settings_by_id


@extend_schema_field({})
class AnyParam(serializers.Field[Any, Any, Any, Any]):
    """A value of any type."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"allow_null": True, **kwargs})

    def to_internal_value(self, data: Any) -> Any:
        return data

    def to_representation(self, value: Any) -> Any:
        return value


def sorted_by_id(rows: list[dict[str, Any]], params: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the settings ordered by id, the only order that clients request."""
    return sorted(rows, key=lambda row: str(row["_id"]), reverse=params.get("sort", {}).get("_id") == -1)


class SettingsPublicApi(PublicApi):
    """`GET settings.public`"""

    class PublicParams(PagingParams):
        """Which public settings: the ids in `_id`, separated by commas, or all."""

        _id = TextParam(required=False, allow_blank=True)

    @endpoint(params=PublicParams, result=PublicSettingsPage, summary="Read the public settings")
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        rows = sorted_by_id(public_settings(), params)
        if "_id" in params:
            ids = {name.strip() for name in params["_id"].split(",")}
            rows = [row for row in rows if row["_id"] in ids]
        return page_of(rows, params, name="settings")


class SettingsApi(Api):
    """`GET settings`, `POST settings`"""

    class ListParams(PagingParams):
        """Which settings, and whether to include defaults."""

        includeDefaults = serializers.BooleanField(required=False, default=False)

    class SaveParams(Params):
        """The settings to save, all or none."""

        class Item(Params):
            """A setting's new value."""

            _id = TextParam()
            value = AnyParam()

        settings = ListParam(child=Item(), min_length=1)

    @endpoint(params=ListParams, permission=VIEW_PERMISSION, result=SettingsPage, summary="Read all settings")
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        SettingsGroup.forget_cached()
        rows = sorted_by_id(all_settings(with_defaults=params["includeDefaults"]), params)
        return page_of(rows, params, name="settings")

    @endpoint(params=SaveParams, permission=EDIT_PERMISSION, summary="Save several settings, all or none")
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        values = {item["_id"]: item["value"] for item in params["settings"]}
        if len(values) < len(params["settings"]):
            raise InvalidParamsError(["must NOT have duplicate items"])
        settings_save(values=values, origin=_origin_of(request))
        return {}


class SettingApi(Api):
    """`GET settings/{_id}`, `POST settings/{_id}`"""

    class SaveParams(Params):
        """The new value; for a button, `execute`."""

        any_of = ("value", "execute")

        value = AnyParam(required=False)
        execute = FlagParam(required=False)
        editor = TextParam(required=False)

    @endpoint(permission=VIEW_PERMISSION, result=SettingResult, summary="Read a setting")
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        # Return the current value, not a cached one.
        SettingsGroup.forget_cached()
        return {"_id": self.kwargs["setting_id"], "value": self._value()}

    @endpoint(params=SaveParams, summary="Save a setting, or press a button")
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        setting_id = self.kwargs["setting_id"]
        if params.get("execute"):
            return self._execute(request, setting_id)
        if "value" not in params:
            raise InvalidParamsError(["must have required property 'value'"])
        setting_save(setting_id=setting_id, value=params["value"], origin=_origin_of(request))
        return {}

    def _value(self) -> Any:
        setting_id = self.kwargs["setting_id"]
        if setting_id in BUILT_IN_SETTINGS:
            return BUILT_IN_SETTINGS[setting_id]()
        if setting_id in actions_by_id():
            return setting_id
        if entry := settings_by_id().get(setting_id):
            return visible_value(entry)
        raise _not_found(setting_id)

    def _execute(self, request: Request, setting_id: str) -> dict[str, Any]:
        entry = actions_by_id().get(setting_id)
        if entry is None:
            raise _not_found(setting_id)
        if not caller_of(request).has_perm(entry.action.permission or EDIT_PERMISSION):
            raise MissingPermissionError()
        import_string(entry.action.run)(caller_of(request))
        return {}


def _not_found(setting_id: str) -> ApplicationError:
    return ApplicationError(
        "error-setting-not-found", "There is no setting with this id", details={"settingIds": [setting_id]}
    )


def _origin_of(request: Request) -> Origin:
    return Origin(source=ChangeSource.API, actor=caller_of(request), address=request.META.get("REMOTE_ADDR") or None)
