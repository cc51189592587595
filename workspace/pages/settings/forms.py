"""The form of a settings group, generated from its declarations."""

from __future__ import annotations

from typing import Any

from cryptography.fernet import InvalidToken
from django import forms
from django.db import models
from django.http import QueryDict
from unfold import widgets

from workspace.security.encryption import cipher, text_encrypt
from workspace.setting_groups import SettingsGroup
from workspace.setting_groups.kinds import Kind
from workspace.setting_groups.registry import RegisteredSetting, settings_of

CLEAR_SUFFIX = "__clear"
# If a form cannot be saved, an entered secret is returned in it encrypted, so that it need not be entered again.
STAGED_SUFFIX = "__staged"
STAGED_SECONDS = 3600


class SecretTextarea(widgets.UnfoldAdminTextareaWidget):  # type: ignore[misc]
    """A text area for a secret. It never shows one, not even the one just submitted."""

    def format_value(self, _value: Any) -> str:
        return ""


class SecretInput(widgets.UnfoldAdminPasswordWidget):  # type: ignore[misc]
    """A text input for a secret; it never shows one."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"autocomplete": "new-password", **(attrs or {})}, render_value=False)


class StagedSecretField(forms.CharField):
    """A secret that the server encrypted for the page. If it is expired or forged, it counts as not entered."""

    def __init__(self) -> None:
        super().__init__(required=False, widget=forms.HiddenInput)

    def clean(self, value: Any) -> str:
        try:
            return cipher().decrypt(str(value or "").encode(), ttl=STAGED_SECONDS).decode()
        except InvalidToken:
            return ""


WIDGETS: dict[Kind, type[forms.Widget]] = {
    Kind.BOOLEAN: widgets.UnfoldBooleanSwitchWidget,
    Kind.INTEGER: widgets.UnfoldAdminIntegerFieldWidget,
    Kind.SELECT: widgets.UnfoldAdminSelectWidget,
    Kind.TEXT: widgets.UnfoldAdminTextInputWidget,
    Kind.MULTILINE: widgets.UnfoldAdminTextareaWidget,
}


def _secret_field(entry: RegisteredSetting) -> forms.Field:
    attrs = {"spellcheck": "false", "autocomplete": "off", "rows": 4}
    widget = SecretTextarea(attrs) if entry.kind == Kind.MULTILINE else SecretInput()
    return forms.CharField(label=entry.label, help_text=entry.field.help_text, required=False, widget=widget)


def _plain_field(entry: RegisteredSetting) -> forms.Field:
    widget = WIDGETS[entry.kind]
    # The page also submits the initial values. Only changed values are saved, so that admins who edit the same page at
    # the same time do not undo each other's changes.
    options: dict[str, Any] = {"show_hidden_initial": True}
    if isinstance(entry.field, models.URLField):
        options["assume_scheme"] = "https"
    field = entry.field.formfield(widget=widget({"rows": 3} if entry.kind == Kind.MULTILINE else None), **options)
    if field is None:
        field = forms.CharField(label=entry.label, help_text=entry.field.help_text, widget=widget(), required=False)
    return field


def form_field(entry: RegisteredSetting) -> forms.Field:
    """Return the form field of a setting, with the effective value; disabled if the setting is locked."""
    field = _secret_field(entry) if entry.declaration.secret else _plain_field(entry)
    if not entry.declaration.secret:
        field.initial = entry.masked(entry.value)
    if entry.lock:
        field.disabled, field.show_hidden_initial, field.required = True, False, False
    return field


def with_default(group: type[SettingsGroup], setting_id: str, entered: QueryDict) -> QueryDict:
    """Return the submitted form data with one setting reset to its default."""
    data = entered.copy()
    for entry in settings_of(group):
        if entry.id == setting_id and not entry.lock and not entry.declaration.secret:
            data.pop(setting_id, None)
            if entry.default not in (None, False):
                data[setting_id] = str(entry.default)
    return data


class GroupForm(forms.Form):
    """All settings of a group. Validation and saving are done by the service."""

    use_required_attribute = False

    def __init__(self, group: type[SettingsGroup], *args: Any, editable: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.entries = settings_of(group)
        for entry in self.entries:
            self.fields[entry.id] = form_field(entry)
            if not editable:
                self.fields[entry.id].disabled = True
            elif entry.declaration.secret and not entry.lock:
                self.fields[entry.id + CLEAR_SUFFIX] = forms.BooleanField(
                    required=False, widget=widgets.UnfoldBooleanWidget()
                )
                self.fields[entry.id + STAGED_SUFFIX] = StagedSecretField()

    def changed_values(self) -> dict[str, Any]:
        """Return the values that the admin changed, by setting id. Requires a valid form."""
        changed: dict[str, Any] = {}
        for entry in self.entries:
            if self.cleaned_data.get(entry.id + CLEAR_SUFFIX):
                changed[entry.id] = ""
            elif entry.id in self.changed_data:
                changed[entry.id] = self.cleaned_data[entry.id]
            elif staged := self.cleaned_data.get(entry.id + STAGED_SUFFIX):
                changed[entry.id] = staged
        return changed

    def staged(self, entry: RegisteredSetting) -> str:
        """Return the entered secret, encrypted, for submission with the next attempt; empty if there is none."""
        if not self.is_bound or self.has_error(entry.id):
            return ""
        secret = self.cleaned_data.get(entry.id) or self.cleaned_data.get(entry.id + STAGED_SUFFIX)
        return text_encrypt(secret) if secret else ""

    def add_errors(self, errors: dict[str, list[str]]) -> None:
        """Show errors of the service next to their fields, and those of other fields above the form."""
        for setting_id, messages in errors.items():
            for message in messages:
                if setting_id in self.fields:
                    self.add_error(setting_id, message)
                else:
                    self.add_error(None, f"{setting_id}: {message}")
