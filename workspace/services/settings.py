"""Changing settings. Screens, API and commands all use these functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from workspace.address_masks import addresses_unmask
from workspace.errors import ApplicationError, MissingPermissionError
from workspace.models import ChangeSource, SettingChange, User
from workspace.services.live import publish_settings
from workspace.setting_groups import SettingsGroup
from workspace.setting_groups.built_in import BUILT_IN_SETTINGS
from workspace.setting_groups.kinds import value_parse
from workspace.setting_groups.registry import RegisteredSetting, actions_by_id, settings_by_id, settings_of

EDIT_PERMISSION = "workspace.edit_privileged_setting"
VIEW_PERMISSION = "workspace.view_privileged_setting"


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """Who changes settings, where and from which address. Without an actor, it is the system itself."""

    source: ChangeSource
    actor: User | None = None
    address: str | None = None


def setting_save(*, setting_id: str, value: Any, origin: Origin) -> list[SettingChange]:
    """Save one setting; see :func:`settings_save`."""
    return settings_save(values={setting_id: value}, origin=origin)


@transaction.atomic
def settings_save(*, values: Mapping[str, Any], origin: Origin) -> list[SettingChange]:
    """Save the settings, all or none, and return a history entry for each setting that has changed.

    Raises MissingPermissionError; `error-setting-not-found` for unknown ids; `error-action-not-allowed` (403) for
    settings that are locked or need a licence; `invalid-params` for invalid values, with messages by setting id in
    `details["errors"]`. In these cases nothing is saved.
    """
    if origin.actor is not None and not origin.actor.has_perm(EDIT_PERMISSION):
        raise MissingPermissionError()
    entries = _find_entries(values)
    _check_locks(entries)
    parsed = _parse_values(entries, values)
    changes: list[SettingChange] = []
    # Always in the same order, so that two admins who save the same groups cannot cause a deadlock.
    for model in sorted({entry.group for entry in entries}, key=lambda group: group.__name__):
        group_entries = [entry for entry in entries if entry.group is model]
        changes += _save_group(model, group_entries, parsed, origin)
    transaction.on_commit(SettingsGroup.forget_cached)
    if changes:
        publish_settings(ids={change.setting_id for change in changes})
    return SettingChange.objects.bulk_create(changes)


def unlocked_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values without those of locked settings, such as ones fixed by the environment."""
    return {setting_id: value for setting_id, value in values.items() if settings_by_id()[setting_id].lock is None}


def setting_revert(*, change: SettingChange, actor: User, address: str | None = None) -> list[SettingChange]:
    """Restore the value that the setting had before the change.

    Raises `error-setting-not-revertable` for secrets, whose former values are not stored, and the errors of
    :func:`settings_save`.
    """
    if change.secret:
        raise ApplicationError(
            "error-setting-not-revertable", _("Former values of secrets are not stored and cannot be restored.")
        )
    origin = Origin(source=ChangeSource.REVERT, actor=actor, address=address)
    return settings_save(values={change.setting_id: change.before}, origin=origin)


def secret_fingerprint(value: str) -> dict[str, str]:
    """Return the fingerprint of a secret, keyed to this installation; empty without a secret."""
    return {"fingerprint": salted_hmac("workspace.settings", value).hexdigest()[:8]} if value else {}


def _find_entries(values: Mapping[str, Any]) -> list[RegisteredSetting]:
    known = settings_by_id()
    if built_in := sorted(set(values) & (set(BUILT_IN_SETTINGS) | set(actions_by_id()))):
        raise _not_allowed_error(dict.fromkeys(built_in, _("This setting cannot be changed.")))
    unknown = sorted(set(values) - set(known))
    if unknown:
        raise ApplicationError(
            "error-setting-not-found",
            _("There is no setting with this id: %(ids)s") % {"ids": ", ".join(unknown)[:200]},
            details={"settingIds": unknown},
        )
    return [known[setting_id] for setting_id in values]


def _check_locks(entries: list[RegisteredSetting]) -> None:
    locked = {entry.id: str(lock.reason) for entry in entries if (lock := entry.lock)}
    if locked:
        raise _not_allowed_error(locked)


def _not_allowed_error(reasons: Mapping[str, str]) -> ApplicationError:
    return ApplicationError(
        "error-action-not-allowed",
        " ".join(f"{setting_id}: {reason}" for setting_id, reason in reasons.items()),
        status=403,
        details={"method": "saveSettings", "settingIds": sorted(reasons)},
    )


def _invalid_error(problems: Mapping[str, ValidationError]) -> ApplicationError:
    errors = {setting_id: error.messages for setting_id, error in problems.items()}
    lines = (f"{setting_id}: {' '.join(messages)}" for setting_id, messages in errors.items())
    return ApplicationError("invalid-params", "\n".join(lines), details={"errors": errors})


def _parse_values(entries: list[RegisteredSetting], values: Mapping[str, Any]) -> dict[str, Any]:
    parsed, problems = {}, {}
    for entry in entries:
        try:
            parsed[entry.id] = value_parse(entry.field, values[entry.id])
        except ValidationError as error:
            problems[entry.id] = error
    if problems:
        raise _invalid_error(problems)
    return parsed


def _save_group(
    model: type[SettingsGroup], entries: list[RegisteredSetting], parsed: Mapping[str, Any], origin: Origin
) -> list[SettingChange]:
    model._default_manager.get_or_create(pk=1)
    group = model._default_manager.select_for_update().get(pk=1)
    parsed = _unmask_values(group, entries, parsed)
    changed = [entry for entry in entries if getattr(group, entry.field.attname) != parsed[entry.id]]
    if not changed:
        return []
    changes = [
        _history_entry(entry, getattr(group, entry.field.attname), parsed[entry.id], origin) for entry in changed
    ]
    for entry in changed:
        setattr(group, entry.field.attname, parsed[entry.id])
    names = [entry.field.name for entry in changed]
    try:
        group.changes_validate(names)
    except ValidationError as error:
        ids = {entry.field.name: entry.id for entry in settings_of(model)}
        raise _invalid_error(
            {ids[name]: ValidationError(list(errors)) for name, errors in error.error_dict.items()}
        ) from error
    additional_names = group.changes_accept(names, origin.actor)
    group.save(update_fields=[*names, *additional_names, "updated_at"])
    return changes


def _unmask_values(group: SettingsGroup, entries: list[RegisteredSetting], parsed: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values with masks replaced by the stored secrets."""
    values, problems = dict(parsed), {}
    for entry in entries:
        if entry.has_address:
            try:
                values[entry.id] = addresses_unmask(parsed[entry.id], stored=getattr(group, entry.field.attname))
            except ValidationError as error:
                problems[entry.id] = error
    if problems:
        raise _invalid_error(problems)
    return values


def _history_entry(entry: RegisteredSetting, before: Any, after: Any, origin: Origin) -> SettingChange:
    secret = entry.declaration.secret
    return SettingChange(
        setting_id=entry.id,
        before=secret_fingerprint(before) if secret else before,
        after=secret_fingerprint(after) if secret else after,
        secret=secret,
        actor=origin.actor,
        actor_name=origin.actor.username if origin.actor else "",
        source=origin.source,
        address=origin.address,
    )
