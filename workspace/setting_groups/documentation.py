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

Every setting of Administration > Workspace > Settings, by its id in the API. This page is made from the settings'
declarations by `manage.py settingsdoc`; change those, not this page (see [adding a setting](adding-a-setting.md)).

* **Environment**: `OVERWRITE_SETTING_<id>` fixes a setting's value. Screens and API then show it as locked.
* **In force**: a saved setting works in every process, web and worker, within two seconds. Nothing is restarted.
* **Public** settings are told to anyone, by `settings.public`. **Secret** ones are encrypted in the database and told
  to no one: screens, API and history show only whether there is one, and what it is.
* **Addresses** may contain secrets, such as `https://gateway.example.org/gateway/<key>` or
  `https://user:password@host`. Such an address is encrypted in the database. Screens, API, history, logs and
  `manage.py dumpdata` show `•••` and a fingerprint in place of the secret. Saving the masked address keeps the secret;
  with another host it is refused.
* **Premium** settings read as off until a licence grants the module that is named.
* **Needs**: the setting has an effect only while these are on (off, where it says so).
* **Hosted**: on a cloud-hosted workspace (`CLOUD_HOSTED`) the setting is fixed to what the hosting cloud says.
"""

HEAD = "| Id | Name | Type | Default | Remarks |\n|---|---|---|---|---|\n"


def page() -> str:
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
        return "made with the workspace"
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
    return f"## Answered, not chosen\n\nClients ask for these public ids; the server answers what is so.\n\n{lines}\n"


def _buttons() -> str:
    actions = [action for group in groups() for action in group.actions]
    lines = "\n".join(f"* `{action.id}`: {action.label}. {action.help}".rstrip() for action in actions)
    return f'## Buttons\n\nPressed over the API by `{{"execute": true}}`.\n\n{lines}\n' if lines else ""
