"""Changing settings: the one way that the screens, the API and commands use."""

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
from workspace.setting_groups import SettingsGroup
from workspace.setting_groups.built_in import BUILT_IN_SETTINGS
from workspace.setting_groups.kinds import value_parse
from workspace.setting_groups.registry import RegisteredSetting, actions_by_id, settings_by_id, settings_of

EDIT_PERMISSION = "workspace.edit_privileged_setting"
VIEW_PERMISSION = "workspace.view_privileged_setting"


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """Who changes settings, by which way and from which address; no actor is the system itself."""

    source: ChangeSource
    actor: User | None = None
    address: str | None = None


def setting_save(*, setting_id: str, value: Any, origin: Origin) -> list[SettingChange]:
    """Save one setting; see :func:`settings_save`."""
    return settings_save(values={setting_id: value}, origin=origin)


@transaction.atomic
def settings_save(*, values: Mapping[str, Any], origin: Origin) -> list[SettingChange]:
    """Save the settings, all or none, and return a history entry for each that has changed.

    Raises MissingPermissionError; `error-setting-not-found` for ids that no setting has; `error-action-not-allowed`
    (403) for settings that are locked or need a licence; `invalid-params` for values that they cannot hold, with the
    sentences by setting id in `details["errors"]`. What was stored before is then kept.
    """
    if origin.actor is not None and not origin.actor.has_perm(EDIT_PERMISSION):
        raise MissingPermissionError()
    entries = _entries_of(values)
    _locks_refuse(entries)
    parsed = _parsed(entries, values)
    changes: list[SettingChange] = []
    # Always in the same order, so that two admins who save the same groups wait for each other and never in a ring.
    for model in sorted({entry.group for entry in entries}, key=lambda group: group.__name__):
        ours = [entry for entry in entries if entry.group is model]
        changes += _group_save(model, ours, parsed, origin)
    transaction.on_commit(SettingsGroup.forget_cached)
    return SettingChange.objects.bulk_create(changes)


def unlocked_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of the values whose settings nothing fixes, such as the environment."""
    return {setting_id: value for setting_id, value in values.items() if settings_by_id()[setting_id].lock is None}


def setting_revert(*, change: SettingChange, actor: User, address: str | None = None) -> list[SettingChange]:
    """Give the setting the value again that it had before the change.

    Raises `error-setting-not-revertable` for secrets, whose former values are kept nowhere, and what
    :func:`settings_save` raises.
    """
    if change.secret:
        raise ApplicationError(
            "error-setting-not-revertable", _("A secret's former value is not kept, so it cannot be brought back.")
        )
    origin = Origin(source=ChangeSource.REVERT, actor=actor, address=address)
    return settings_save(values={change.setting_id: change.before}, origin=origin)


def secret_fingerprint(value: str) -> dict[str, str]:
    """Return what may be told of a secret: a fingerprint under this installation's key, nothing for none."""
    return {"fingerprint": salted_hmac("workspace.settings", value).hexdigest()[:8]} if value else {}


def _entries_of(values: Mapping[str, Any]) -> list[RegisteredSetting]:
    known = settings_by_id()
    if built_in := sorted(set(values) & (set(BUILT_IN_SETTINGS) | set(actions_by_id()))):
        raise _not_allowed(dict.fromkeys(built_in, _("This is not a setting that could be changed.")))
    unknown = sorted(set(values) - set(known))
    if unknown:
        raise ApplicationError(
            "error-setting-not-found",
            _("There is no setting with this id: %(ids)s") % {"ids": ", ".join(unknown)[:200]},
            details={"settingIds": unknown},
        )
    return [known[setting_id] for setting_id in values]


def _locks_refuse(entries: list[RegisteredSetting]) -> None:
    locked = {entry.id: str(lock.reason) for entry in entries if (lock := entry.lock)}
    if locked:
        raise _not_allowed(locked)


def _not_allowed(reasons: Mapping[str, str]) -> ApplicationError:
    return ApplicationError(
        "error-action-not-allowed",
        " ".join(f"{setting_id}: {reason}" for setting_id, reason in reasons.items()),
        status=403,
        details={"method": "saveSettings", "settingIds": sorted(reasons)},
    )


def _invalid(problems: Mapping[str, ValidationError]) -> ApplicationError:
    errors = {setting_id: error.messages for setting_id, error in problems.items()}
    lines = (f"{setting_id}: {' '.join(messages)}" for setting_id, messages in errors.items())
    return ApplicationError("invalid-params", "\n".join(lines), details={"errors": errors})


def _parsed(entries: list[RegisteredSetting], values: Mapping[str, Any]) -> dict[str, Any]:
    parsed, problems = {}, {}
    for entry in entries:
        try:
            parsed[entry.id] = value_parse(entry.field, values[entry.id])
        except ValidationError as error:
            problems[entry.id] = error
    if problems:
        raise _invalid(problems)
    return parsed


def _group_save(
    model: type[SettingsGroup], entries: list[RegisteredSetting], parsed: Mapping[str, Any], origin: Origin
) -> list[SettingChange]:
    model._default_manager.get_or_create(pk=1)
    group = model._default_manager.select_for_update().get(pk=1)
    parsed = _unmasked(group, entries, parsed)
    changed = [entry for entry in entries if getattr(group, entry.field.attname) != parsed[entry.id]]
    if not changed:
        return []
    changes = [_change(entry, getattr(group, entry.field.attname), parsed[entry.id], origin) for entry in changed]
    for entry in changed:
        setattr(group, entry.field.attname, parsed[entry.id])
    names = [entry.field.name for entry in changed]
    try:
        group.changes_validate(names)
    except ValidationError as error:
        ids = {entry.field.name: entry.id for entry in settings_of(model)}
        raise _invalid({ids[name]: ValidationError(list(found)) for name, found in error.error_dict.items()}) from error
    further = group.changes_accept(names, origin.actor)
    group.save(update_fields=[*names, *further, "updated_at"])
    return changes


def _unmasked(group: SettingsGroup, entries: list[RegisteredSetting], parsed: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values with the stored secrets in place of their masks."""
    values, problems = dict(parsed), {}
    for entry in entries:
        if entry.has_address:
            try:
                values[entry.id] = addresses_unmask(parsed[entry.id], stored=getattr(group, entry.field.attname))
            except ValidationError as error:
                problems[entry.id] = error
    if problems:
        raise _invalid(problems)
    return values


def _change(entry: RegisteredSetting, before: Any, after: Any, origin: Origin) -> SettingChange:
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
