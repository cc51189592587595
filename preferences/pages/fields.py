"""Form fields for preferences that can be left to a default."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator
from django.db.models import BooleanField, CharField, Field
from django.utils.translation import gettext as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from workspace.pages.widgets import PlainSelect

ON, OFF = "on", "off"
SWITCHES: dict[str, bool | None] = {ON: True, OFF: False, "": None}


def choice_field(column: Field[Any, Any], *, default: str, label: Any, help_text: Any = "") -> forms.Field:
    """Return the form field for a column, where empty means the default. `default` is the label of that choice."""
    if isinstance(column, BooleanField):
        return SwitchField(default=default, label=label, help_text=help_text)
    if isinstance(column, CharField) and column.choices:
        return forms.ChoiceField(
            choices=[("", default), *[choice for choice in column.flatchoices if choice[0]]],
            required=False,
            label=label,
            help_text=help_text,
            widget=PlainSelect,
        )
    limits = [validator.limit_value for validator in column.validators if isinstance(validator, MaxValueValidator)]
    return forms.IntegerField(
        min_value=0,
        max_value=min(limits, default=None),
        required=False,
        label=label,
        help_text=help_text,
        widget=UnfoldAdminIntegerFieldWidget(attrs={"placeholder": default}),
    )


class SwitchField(forms.TypedChoiceField):
    """A choice of on, off or default; its cleaned value is True, False or None."""

    def __init__(self, *, default: str, label: Any, help_text: Any = "") -> None:
        super().__init__(
            choices=[("", default), (ON, _("On")), (OFF, _("Off"))],
            coerce=SWITCHES.__getitem__,
            empty_value=None,
            required=False,
            label=label,
            help_text=help_text,
            widget=PlainSelect,
        )

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, bool):
            return ON if value else OFF
        return value
