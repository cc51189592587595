"""Generation of docs/settings.md from the declarations."""

from __future__ import annotations

from typing import Any

from django.utils import translation

from workspace.setting_groups.base import SettingsGroup
from workspace.setting_groups.built_in import BUILT_IN_SETTINGS
from workspace.setting_groups.kinds import Kind
from workspace.setting_groups.registry import RegisteredSetting, groups, settings_of

INTRODUCTION = """\
# Settings

All settings of Administration > Workspace > Settings, by their id in the API. `manage.py writedocs` generates this
page from the declarations of the settings. Do not edit it; see [adding a setting](adding-a-setting.md).

* **Environment**: `OVERWRITE_SETTING_<id>` fixes the value of a setting. Screens and API then show it as locked.
* **Saving**: a saved setting takes effect in all web and worker processes within two seconds, without a restart.
* **Public** settings can be read by anyone through `settings.public`. **Secret** settings are encrypted in the database
  and never shown: screens, API and history only show whether there is a value, and its fingerprint.
* **Addresses** may contain secrets, such as `https://gateway.example.org/gateway/<key>` or
  `https://user:password@host`. Such an address is encrypted in the database. Screens, API, history, logs and
  `manage.py dumpdata` show `•••` and a fingerprint instead of the secret. Saving the masked address keeps the secret;
  with another host it is rejected.
* **Premium** settings are off until a licence grants the named module.
* **Needs**: the setting only has an effect while these settings are on (or off, if marked so).
* **Hosted**: on a cloud-hosted workspace (`CLOUD_HOSTED`), the cloud fixes the value.
"""

HEAD = "| Id | Name | Type | Default | Remarks |\n|---|---|---|---|---|\n"


def settings_page() -> str:
    """Return the page, always in English."""
    with translation.override("en"):
        parts = [INTRODUCTION, *(group_page(group) for group in sorted(groups(), key=lambda group: group.label()))]
        return "\n".join([*parts, _facts(), _buttons()]).rstrip() + "\n"


def group_page(group: type[SettingsGroup]) -> str:
    """Return the part for a group, with a table for each section."""
    rows: dict[str, list[str]] = {}
    for entry in settings_of(group):
        rows.setdefault(str(entry.declaration.section), []).append(_row(entry))
    tables = [(f"### {title}\n\n" if title else "") + HEAD + "\n".join(lines) + "\n" for title, lines in rows.items()]
    return "\n".join([f"## {group.label()}\n", *tables])


def _row(entry: RegisteredSetting) -> str:
    cells = (f"`{entry.id}`", entry.label, _type(entry), _default(entry), " ".join(_remarks(entry)))
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _type(entry: RegisteredSetting) -> str:
    if entry.kind == Kind.SELECT:
        return "one of " + ", ".join(f"`{key}`" for key, _label in entry.field.flatchoices if key)
    return str(entry.kind.label)


def _default(entry: RegisteredSetting) -> str:
    value: Any = entry.default
    if entry.kind == Kind.BOOLEAN:
        return "on" if value else "off"
    if value is None:
        return "generated"
    return "empty" if value == "" else f"`{value}`"


def _remarks(entry: RegisteredSetting) -> list[str]:
    declaration = entry.declaration
    needs = [f"`{name.removeprefix('!')}`" + (" off" if name.startswith("!") else "") for name in declaration.requires]
    marks = {
        str(entry.field.help_text): bool(entry.field.help_text),
        "**Public.**": declaration.public,
        "**Secret.**": declaration.secret,
        f"**Premium:** `{declaration.premium_module}`.": bool(declaration.premium_module),
        f"**Needs** {', '.join(needs)}.": bool(needs),
        "**Hosted.**": declaration.when_hosted is not None,
    }
    return [text for text, applies in marks.items() if applies]


def _facts() -> str:
    lines = "\n".join(f"* `{name}`" for name in BUILT_IN_SETTINGS)
    return f"## Built-in\n\nClients request these public settings. Their values cannot be changed.\n\n{lines}\n"


def _buttons() -> str:
    actions = [action for group in groups() for action in group.actions]
    lines = "\n".join(f"* `{action.id}`: {action.label}. {action.help}".rstrip() for action in actions)
    return f'## Buttons\n\nThe API runs them with `{{"execute": true}}`.\n\n{lines}\n' if lines else ""
