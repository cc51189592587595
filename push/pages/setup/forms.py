"""The forms of the wizard. Those for settings are made from the declarations of the settings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminEmailInputWidget, UnfoldAdminTextInputWidget

from workspace.models import User
from workspace.pages.account.password import NEW_PASSWORD_HELP, password_field
from workspace.pages.settings.forms import STAGED_SUFFIX, StagedSecretField, form_field
from workspace.pages.widgets import PlainSelect
from workspace.security.encryption import text_encrypt
from workspace.setting_groups.registry import RegisteredSetting, settings_by_id
from workspace.time_zones import time_zone_names

TIME_ZONE = "Default_Custom_Timezone"


class StagingForm(forms.Form):
    """A form whose secrets are not lost when it cannot be saved: they return in it encrypted, for an hour."""

    secrets: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.secrets:
            self.fields[name + STAGED_SUFFIX] = StagedSecretField()

    def secret(self, name: str) -> str:
        """Return the secret that was entered now or before; empty if there is none. Needs a validated form."""
        return str(self.cleaned_data.get(name) or self.cleaned_data.get(name + STAGED_SUFFIX) or "")

    def staged(self) -> dict[str, str]:
        """Return the entered secrets, encrypted, by the name of the hidden field that takes them along."""
        if not self.is_bound:
            return {}
        entered = {name: self.secret(name) for name in self.secrets if not self.has_error(name)}
        return {name + STAGED_SUFFIX: text_encrypt(secret) for name, secret in entered.items() if secret}

    def shown(self) -> list[forms.BoundField]:
        """Return the fields that people see."""
        return [field for field in self if not field.name.endswith(STAGED_SUFFIX) and not field.is_hidden]

    def draft(self) -> dict[str, str]:
        """Return what was entered, without secrets."""
        names = [field.name for field in self.shown() if field.name not in self.secrets and not field.field.disabled]
        return {name: str(self.data.get(name, "")).replace("\0", "") for name in names}


class AdministratorForm(StagingForm):
    """Asks for the set-up code and the first administrator."""

    secrets = ("password",)

    code = forms.CharField(
        label=_("Set-up code"),
        max_length=40,
        help_text=_("The server printed it when it started. “manage.py setupcode” shows it again."),
        widget=UnfoldAdminTextInputWidget(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "autofocus": True}
        ),
    )
    username = forms.CharField(
        label=_("Username"),
        max_length=User._meta.get_field("username").max_length,
        help_text=_("Letters, digits, dots, dashes and underscores. Others use it to mention you."),
        widget=UnfoldAdminTextInputWidget(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    name = forms.CharField(
        label=_("Name"),
        required=False,
        max_length=User._meta.get_field("name").max_length,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        widget=UnfoldAdminEmailInputWidget(attrs={"autocomplete": "email"}),
    )
    password = password_field(_("Password"), autocomplete="new-password", help_text=NEW_PASSWORD_HELP)
    time_zone = forms.CharField(
        required=False, max_length=64, widget=forms.HiddenInput(attrs={"data-browser-time-zone": ""})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].required = not self.data.get("password" + STAGED_SUFFIX)

    def clean(self) -> dict[str, Any]:
        """Require a password, entered now or before."""
        cleaned = super().clean() or self.cleaned_data
        if "password" in cleaned and not self.secret("password"):
            self.add_error("password", forms.ValidationError(_("Choose a password."), code="required"))
        if cleaned.get("time_zone") not in time_zone_names():
            cleaned["time_zone"] = ""
        return cleaned


class SettingsForm(StagingForm):
    """Some settings, by id. Validation and saving are done by the service."""

    use_required_attribute = False

    def __init__(self, ids: Sequence[str], *args: Any, **kwargs: Any) -> None:
        self.entries = [settings_by_id()[one] for one in ids]
        self.secrets = tuple(entry.id for entry in self.entries if entry.declaration.secret and not entry.lock)
        super().__init__(*args, **kwargs)
        for entry in self.entries:
            self.fields[entry.id] = plain_field(entry)

    def values(self) -> dict[str, Any]:
        """Return the values to save, by setting id, without locked settings and secrets that were not entered."""
        values = {}
        for entry in self.entries:
            if entry.id in self.secrets:
                if secret := self.secret(entry.id):
                    values[entry.id] = secret
            elif entry.lock is None:
                values[entry.id] = self.cleaned_data[entry.id]
        return values

    def add_errors(self, errors: dict[str, list[str]]) -> None:
        """Show the errors of the service next to their fields, others above the form."""
        for name, messages in errors.items():
            for message in messages:
                self.add_error(name if name in self.fields else None, message)


def plain_field(entry: RegisteredSetting) -> forms.Field:
    """Return the field of a setting, for pages without the administration's scripts."""
    field = form_field(entry)
    field.show_hidden_initial = False
    if entry.id == TIME_ZONE:
        zones = sorted({*time_zone_names(), str(entry.value)})
        field = forms.ChoiceField(label=entry.label, choices=list(zip(zones, zones, strict=True)), widget=PlainSelect)
        field.initial, field.disabled = entry.value, bool(entry.lock)
        field.help_text = entry.field.help_text
    elif isinstance(entry.field, models.CharField) and entry.field.choices:
        choices = entry.field.get_choices(include_blank=entry.field.blank)
        field = forms.ChoiceField(
            label=entry.label, choices=choices, widget=PlainSelect, required=not entry.field.blank
        )
        field.initial, field.disabled = entry.value, bool(entry.lock)
        field.help_text = entry.field.help_text
    if entry.lock:
        field.help_text = str(entry.lock.reason)
    elif entry.declaration.secret and entry.value:
        field.help_text = _("A value is stored. Leave the field empty to keep it.")
    return field
