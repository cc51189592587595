"""What a settings page shows of each setting."""

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

# From this length on, four characters of a secret's end tell an admin which one it is, and no one else anything.
TAIL_FROM_LENGTH = 64


def value_display(entry: RegisteredSetting, value: Any) -> str:
    """Return a value in the words that the form uses for it."""
    if entry.kind == Kind.BOOLEAN:
        return _("on") if value else _("off")
    if value in (None, ""):
        return _("empty")
    labels = dict(entry.field.flatchoices)
    return str(labels.get(value, entry.masked(value)))


@dataclass(frozen=True, slots=True)
class Requirement:
    """Another setting that decides whether a setting has an effect, and where to change it."""

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
    """One setting on its page."""

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
        """Return whether somebody gave it another value than the default; a missing licence's "off" is nobody's."""
        entry = self.entry
        chosen = not entry.declaration.secret and (self.lock is None or self.lock.kind != LockKind.PREMIUM)
        return chosen and entry.default is not None and entry.value != entry.default

    @property
    def default_value(self) -> str:
        """Return the default as the page's script puts it into the field."""
        if self.entry.kind == Kind.BOOLEAN:
            return "on" if self.entry.default else ""
        return "" if self.entry.default is None else str(self.entry.default)

    @property
    def default_display(self) -> str:
        return value_display(self.entry, self.entry.default)

    @property
    def requires(self) -> str:
        """Return what the page's script needs to enable the field: ids on this page, `-` for an unmet one elsewhere."""
        known = settings_by_id()
        declared = self.entry.declaration.requires
        here = [name for name in declared if known[name.removeprefix("!")].group is self.entry.group]
        elsewhere = any(requirement.entry.group is not self.entry.group for requirement in self.unmet)
        return " ".join([*here, *(["-"] if elsewhere else [])])

    @property
    def secret_state(self) -> str:
        """Return what may be known of a stored secret."""
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
    """The settings that stand under one heading, and their buttons."""

    title: str
    key: str
    settings: list[SettingView] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)

    @property
    def is_folded(self) -> bool:
        """Return True if the section only has settings without effect, and none that was entered wrongly."""
        return bool(self.unmet) and not any(view.bound.errors or view.staged for view in self.settings)

    @property
    def unmet(self) -> list[Requirement]:
        """Return what all settings of the section lack alike, to be said once instead of beside each."""
        lacks = [[(other.entry.id, other.wanted) for other in view.unmet] for view in self.settings]
        shared = len(lacks) > 1 and all(lack == lacks[0] for lack in lacks)
        return self.settings[0].unmet if shared else []


def setting_url(entry: RegisteredSetting) -> str:
    """Return where on the screens the setting stands."""
    return f"{reverse('settings_group', args=[entry.group.slug()])}#{entry.id}"


def sections(group: type[SettingsGroup], form: GroupForm) -> list[Section]:
    """Return the group's page, section by section, in the order of declaration."""
    found: dict[str, Section] = {}
    notes = group.current().notes()
    for view in _views(form, notes):
        section_of(found, view.entry.declaration.section).settings.append(view)
    # A panel shows the group's buttons together with its own.
    for action in () if group.panel else group.actions:
        section_of(found, action.section).actions.append(action)
    return list(found.values())


def section_of(sections: dict[str, Section], declared: str | Promise) -> Section:
    """Return the section with this heading, added to those known if it is new."""
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
    """Return the settings whose label, id, section or help text holds every word of the query."""
    words = query.casefold().split()
    return [entry for entry in settings_by_id().values() if words and _holds_all(entry, words)]


def _holds_all(entry: RegisteredSetting, words: list[str]) -> bool:
    parts = (entry.id, entry.label, entry.declaration.section, entry.field.help_text, entry.group.label())
    text = " ".join(str(part) for part in parts).casefold()
    return all(word in text for word in words)
