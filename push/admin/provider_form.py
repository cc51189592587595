"""The form in which an administrator sets a provider up: generated from the fields that the provider declares."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from unfold.widgets import UnfoldAdminTextInputWidget, UnfoldBooleanSwitchWidget

from push.admin.keys_form import clear_field, secret_state
from push.providers.provider import ProviderField, ProviderSetup
from push.selectors.provider_values import ENABLED
from workspace.pages.settings.forms import CLEAR_SUFFIX, SecretInput


class ProviderSetupForm(forms.Form):
    """Whether the provider is on, and its values; a stored secret is never shown, and stays if nothing is entered."""

    def __init__(self, *args: Any, setup: ProviderSetup, stored: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.setup, self.stored = setup, stored
        self.fields[ENABLED] = forms.BooleanField(
            label=_("Turned on"), required=False, initial=bool(stored.get(ENABLED)), widget=UnfoldBooleanSwitchWidget()
        )
        for field in setup.fields:
            self.fields[field.name] = form_field(field, stored.get(field.name, ""))
            if field.is_secret and stored.get(field.name):
                self.fields[field.name + CLEAR_SUFFIX] = clear_field()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for field in self.setup.fields:
            value = cleaned.get(field.name, "")
            if value and field.validate:
                try:
                    field.validate(value)
                except ValidationError as error:
                    self.add_error(field.name, error)
        return cleaned

    def values(self) -> dict[str, str]:
        """Return the values to save; a secret that was left empty is not among them unless it is removed."""
        values = {}
        for field in self.setup.fields:
            value = self.cleaned_data[field.name]
            if not field.is_secret or value or self.cleaned_data.get(field.name + CLEAR_SUFFIX):
                values[field.name] = value
        return values


def form_field(field: ProviderField, stored: str) -> forms.Field:
    """Return the form's field for a value that a provider declares."""
    if not field.is_secret:
        widget = UnfoldAdminTextInputWidget()
        initial = stored or field.default
        return forms.CharField(label=str(field.label), help_text=str(field.help_text), widget=widget, initial=initial)
    keeps = " " + _("Leave empty to keep the stored value.") if stored else ""
    help_text = f"{secret_state(field.name, stored)}. {field.help_text}{keeps}"
    return forms.CharField(label=str(field.label), help_text=help_text, required=False, widget=SecretInput())
