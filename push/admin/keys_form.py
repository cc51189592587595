"""Form fields for an app's provider keys. Secrets can be entered but are never shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldBooleanWidget

from push.models.keys import ProviderKeys
from push.providers.provider import KeyFields
from push.providers.registry import providers_by_type
from workspace.pages.settings.forms import CLEAR_SUFFIX, SecretInput, SecretTextarea
from workspace.services.settings import secret_fingerprint
from workspace.setting_groups import SecretField

SECRETS = {field.name: field for field in ProviderKeys._meta.local_fields if isinstance(field, SecretField)}
KEY_FIELDS: dict[str, KeyFields] = {
    type: provider.key_fields for type, provider in providers_by_type().items() if provider.key_fields
}
DESCRIBED: dict[str, Callable[[str], str]] = {
    name: describe for fields in KEY_FIELDS.values() for name, describe in fields.describe.items()
}
# The options and keys of all providers, in form order.
ALL_KEY_FIELDS = tuple(name for fields in KEY_FIELDS.values() for name in (*fields.options, *fields.names))


if TYPE_CHECKING:
    BaseForm = forms.ModelForm[Any]
else:
    BaseForm = forms.ModelForm


class ProviderKeysForm(BaseForm):
    """An empty secret field keeps the stored value; a checkbox removes it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stored = {name: getattr(self.instance, name) for name in SECRETS}
        for name, field in SECRETS.items():
            if name not in self.fields:
                continue
            attrs = {"spellcheck": "false", "autocomplete": "off", "rows": 4}
            widget = SecretTextarea(attrs) if field.multiline else SecretInput()
            state = secret_state(name, self.stored[name])
            keeps = " " + _("Leave empty to keep the stored value.") if self.stored[name] else ""
            help_text = f"{state}. {field.help_text}{keeps}"
            self.fields[name] = forms.CharField(
                label=field.verbose_name, help_text=help_text, required=False, widget=widget
            )
            self.initial[name] = ""
            if not self.stored[name]:
                self.fields.pop(name + CLEAR_SUFFIX, None)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name, before in self.stored.items():
            if self.cleaned_data.get(name + CLEAR_SUFFIX):
                cleaned[name] = ""
            elif name in cleaned:
                cleaned[name] = cleaned[name] or before
        return cleaned

    def _get_validation_exclusions(self) -> set[str]:
        # Unchanged secrets are not validated again: an expired certificate must not block other changes.
        unchanged = {name for name, before in self.stored.items() if before and self.cleaned_data.get(name) == before}
        exclusions: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return exclusions | unchanged


def clear_field() -> forms.BooleanField:
    """Return the checkbox that removes a stored secret."""
    return forms.BooleanField(
        required=False, label=gettext_lazy("Remove the stored value"), widget=UnfoldBooleanWidget()
    )


for _name in SECRETS:
    ProviderKeysForm.declared_fields[_name + CLEAR_SUFFIX] = clear_field()


def with_clear(keys: ProviderKeys | None, *names: str) -> list[str]:
    """Return the field names; each stored secret is followed by the checkbox that removes it."""
    rows: list[str] = []
    for name in names:
        is_stored = keys is not None and name in SECRETS and getattr(keys, name)
        rows += [name, name + CLEAR_SUFFIX] if is_stored else [name]
    return rows


def key_fieldsets(keys: ProviderKeys | None) -> list[tuple[Any, dict[str, Any]]]:
    """Return a fieldset for each provider's keys."""
    fieldsets = []
    for fields in KEY_FIELDS.values():
        rows: list[Any] = list(fields.options)
        for row in fields.rows:
            rows += with_clear(keys, row) if isinstance(row, str) else [row]
        fieldsets.append((fields.title, {"fields": rows}))
    return fieldsets


def secret_state(name: str, value: str) -> str:
    """Return a description of a stored secret that does not reveal it."""
    if not value:
        return _("Not set")
    described = DESCRIBED.get(name)
    hint = described(value) if described else _("fingerprint %(fingerprint)s") % secret_fingerprint(value)
    return _("Set, %(hint)s") % {"hint": hint}
