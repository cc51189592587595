"""The content of a settings page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.forms import BoundField
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from workspace.pages.settings.forms import CLEAR_SUFFIX, GroupForm
from workspace.services.settings import secret_fingerprint
from workspace.setting_groups import SettingsGroup
from workspace.setting_groups.base import Action
from workspace.setting_groups.kinds import Kind
from workspace.setting_groups.locks import Lock, LockKind
from workspace.setting_groups.registry import RegisteredSetting, requirements_unmet, settings_by_id

# Secrets of at least this length show their last four characters, which identify them without revealing much.
TAIL_FROM_LENGTH = 64


def value_display(entry: RegisteredSetting, value: Any) -> str:
    """Return a value as displayed in the form."""
    if entry.kind == Kind.BOOLEAN:
        return _("on") if value else _("off")
    if value in (None, ""):
        return _("empty")
    labels = dict(entry.field.flatchoices)
    return str(labels.get(value, entry.masked(value)))


@dataclass(frozen=True, slots=True)
class Requirement:
    """A setting that another setting requires, with the value that it must have."""

    entry: RegisteredSetting
    wanted: bool

    @property
    def url(self) -> str:
        return setting_url(self.entry)

    @property
    def state(self) -> str:
        return _("on") if self.wanted else _("off")


@dataclass(slots=True)
class SettingView:
    """A setting on its page."""

    entry: RegisteredSetting
    bound: BoundField
    clear: BoundField | None
    note: str | Promise
    staged: str = ""
    lock: Lock | None = None
    unmet: list[Requirement] = field(default_factory=list)

    @property
    def premium(self) -> str:
        return self.entry.declaration.premium_module

    @property
    def differs(self) -> bool:
        """Return True if the value was changed from the default. The "off" of a missing licence does not count."""
        entry = self.entry
        chosen = not entry.declaration.secret and (self.lock is None or self.lock.kind != LockKind.PREMIUM)
        return chosen and entry.default is not None and entry.value != entry.default

    @property
    def default_value(self) -> str:
        """Return the default for the script, which puts it into the field."""
        if self.entry.kind == Kind.BOOLEAN:
            return "on" if self.entry.default else ""
        return "" if self.entry.default is None else str(self.entry.default)

    @property
    def default_display(self) -> str:
        return value_display(self.entry, self.entry.default)

    @property
    def requires(self) -> str:
        """Return the ids of required settings on this page, for the script; `-` stands for an unmet one elsewhere."""
        known = settings_by_id()
        declared = self.entry.declaration.requires
        here = [name for name in declared if known[name.removeprefix("!")].group is self.entry.group]
        elsewhere = any(requirement.entry.group is not self.entry.group for requirement in self.unmet)
        return " ".join([*here, *(["-"] if elsewhere else [])])

    @property
    def secret_state(self) -> str:
        """Return a description of a stored secret."""
        value = self.entry.value
        if not value:
            return _("Not set")
        parts = [_("Set")]
        if self.entry.declaration.describe:
            parts.append(self.entry.declaration.describe(value))
        else:
            if len(value) >= TAIL_FROM_LENGTH:
                parts.append(_("ends in …%(tail)s") % {"tail": _tail(value)})
            parts.append(_("fingerprint %(fingerprint)s") % secret_fingerprint(value))
        return ", ".join(parts)


def _tail(value: str) -> str:
    lines = [line for line in value.strip().splitlines() if line and not line.startswith("-----")]
    return lines[-1].rstrip("=")[-4:] if lines else ""


@dataclass(slots=True)
class Section:
    """The settings under one heading, and their buttons."""

    title: str
    key: str
    settings: list[SettingView] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)

    @property
    def is_folded(self) -> bool:
        """Return True if all settings are without effect and none has an error."""
        return bool(self.unmet) and not any(view.bound.errors or view.staged for view in self.settings)

    @property
    def unmet(self) -> list[Requirement]:
        """Return the unmet requirements that all settings of the section share. They are shown once."""
        unmet_by_setting = [[(other.entry.id, other.wanted) for other in view.unmet] for view in self.settings]
        shared = len(unmet_by_setting) > 1 and all(unmet == unmet_by_setting[0] for unmet in unmet_by_setting)
        return self.settings[0].unmet if shared else []


def setting_url(entry: RegisteredSetting) -> str:
    """Return the URL of the setting on its page."""
    return f"{reverse('settings_group', args=[entry.group.slug()])}#{entry.id}"


def sections(group: type[SettingsGroup], form: GroupForm) -> list[Section]:
    """Return the sections of the group's page, in the order of declaration."""
    sections_by_title: dict[str, Section] = {}
    notes = group.current().notes()
    for view in _views(form, notes):
        section_of(sections_by_title, view.entry.declaration.section).settings.append(view)
    # A panel shows the buttons of the group itself.
    for action in () if group.panel else group.actions:
        section_of(sections_by_title, action.section).actions.append(action)
    return list(sections_by_title.values())


def section_of(sections: dict[str, Section], declared: str | Promise) -> Section:
    """Return the section with this heading; add it if it is new."""
    title = str(declared)
    return sections.setdefault(title, Section(title, key=f"section-{len(sections) + 1}"))


def _views(form: GroupForm, notes: Mapping[str, str | Promise]) -> Iterator[SettingView]:
    for entry in form.entries:
        yield SettingView(
            entry=entry,
            bound=form[entry.id],
            clear=form[entry.id + CLEAR_SUFFIX] if entry.id + CLEAR_SUFFIX in form.fields and entry.value else None,
            note=notes.get(entry.field.name, ""),
            staged=form.staged(entry) if entry.declaration.secret else "",
            lock=entry.lock,
            unmet=[Requirement(other, wanted) for other, wanted in requirements_unmet(entry.declaration.requires)],
        )


def search(query: str) -> list[RegisteredSetting]:
    """Return the settings whose label, id, section, group or help text contains every word of the query."""
    words = query.casefold().split()
    return [entry for entry in settings_by_id().values() if words and _contains_all(entry, words)]


def _contains_all(entry: RegisteredSetting, words: list[str]) -> bool:
    parts = (entry.id, entry.label, entry.declaration.section, entry.field.help_text, entry.group.label())
    text = " ".join(str(part) for part in parts).casefold()
    return all(word in text for word in words)
