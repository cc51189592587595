"""Settings as API objects."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from workspace.api.base import Result, SuccessResult
from workspace.api.paging import PageResult
from workspace.setting_groups.built_in import BUILT_IN_SETTINGS
from workspace.setting_groups.kinds import Kind
from workspace.setting_groups.registry import RegisteredAction, RegisteredSetting, actions_by_id, settings_by_id


class PublicSettingObject(Result):
    """A setting that anybody may read."""

    _id = serializers.CharField()
    value = serializers.JSONField()
    enterprise = serializers.BooleanField(required=False)


class SettingObject(PublicSettingObject):
    """A setting with everything that its screen shows. Secrets have no value, only `isSet`."""

    packageValue = serializers.JSONField(required=False)
    type = serializers.CharField()
    group = serializers.CharField()
    section = serializers.CharField()
    i18nLabel = serializers.CharField()
    i18nDescription = serializers.CharField()
    public = serializers.BooleanField()
    secret = serializers.BooleanField()
    isSet = serializers.BooleanField(required=False)
    modules = serializers.ListField(child=serializers.CharField(), required=False)
    values = serializers.ListField(child=serializers.DictField(), required=False)
    requires = serializers.ListField(child=serializers.CharField(), required=False)
    readonly = serializers.BooleanField()
    readonlyReason = serializers.CharField(required=False)


class PublicSettingsPage(PageResult):
    """A page of public settings."""

    settings = PublicSettingObject(many=True)


class SettingsPage(PageResult):
    """A page of all settings."""

    settings = SettingObject(many=True)


class SettingResult(SuccessResult):
    """One setting's value."""

    _id = serializers.CharField()
    value = serializers.JSONField()


def public_settings() -> list[dict[str, Any]]:
    """Return the settings that anyone may read."""
    built_in = [{"_id": name, "value": read()} for name, read in BUILT_IN_SETTINGS.items()]
    return built_in + [
        {"_id": entry.id, "value": visible_value(entry), "enterprise": bool(entry.declaration.premium_module) or None}
        for entry in settings_by_id().values()
        if entry.declaration.public
    ]


def all_settings(*, with_defaults: bool) -> list[dict[str, Any]]:
    """Return every setting and button."""
    settings = [setting_of(entry, with_default=with_defaults) for entry in settings_by_id().values()]
    return settings + [action_of(entry) for entry in actions_by_id().values()]


def visible_value(entry: RegisteredSetting) -> Any:
    """Return the setting's value without secrets."""
    return "" if entry.declaration.secret else entry.masked(entry.value)


def setting_of(entry: RegisteredSetting, *, with_default: bool) -> dict[str, Any]:
    """Return a setting as an API object."""
    declaration, lock = entry.declaration, entry.lock
    module = declaration.premium_module
    choices = [{"key": key, "i18nLabel": str(label)} for key, label in entry.field.flatchoices]
    return {
        "_id": entry.id,
        "value": visible_value(entry),
        "packageValue": entry.default if with_default and not declaration.secret else None,
        "enterprise": bool(module) or None,
        "type": entry.kind.value,
        "group": entry.group.label(),
        "section": str(declaration.section),
        "i18nLabel": entry.label,
        "i18nDescription": str(entry.field.help_text),
        "public": declaration.public,
        "secret": declaration.secret,
        "isSet": bool(entry.value) if declaration.secret else None,
        "modules": [module] if module else None,
        "values": choices or None,
        "requires": list(declaration.requires) or None,
        "readonly": lock is not None,
        "readonlyReason": str(lock.reason) if lock else None,
    }


def action_of(entry: RegisteredAction) -> dict[str, Any]:
    """Return a button as an API object, in the form of a setting."""
    action = entry.action
    return {
        "_id": action.id,
        "value": action.id,
        "type": Kind.ACTION.value,
        "group": entry.group.label(),
        "section": str(action.section),
        "i18nLabel": str(action.label),
        "i18nDescription": str(action.help),
        "public": False,
        "secret": False,
        "requires": list(action.requires) or None,
        "readonly": False,
    }
