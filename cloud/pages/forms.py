"""The forms of the workspace's cloud pages and of the cloud's console."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminEmailInputWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from cloud.models import Plan
from workspace.http_addresses import HttpAddressFormField

# Licences and tokens that hold longer than this are more likely a slip than meant.
YEARS_MAX = 10


def end_of(day: date) -> datetime:
    """Return the end of a day in the site's time zone."""
    return timezone.make_aware(datetime.combine(day, time.max))


class PastedField(forms.CharField):
    """A long text that is pasted from elsewhere."""

    widget = UnfoldAdminTextareaWidget({"rows": 5, "autocomplete": "off", "spellcheck": "false", "class": "font-mono"})


class DayField(forms.DateField):
    """A day to come."""

    widget = UnfoldAdminTextInputWidget

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=UnfoldAdminTextInputWidget({"type": "date"}), **kwargs)

    def clean(self, value: Any) -> date | None:
        """Return the day; raises ValidationError for one that has passed or is too far away."""
        day: date | None = super().clean(value)
        if day is None:
            return None
        today = timezone.localdate()
        if not today <= day <= today + timedelta(days=366 * YEARS_MAX):
            raise forms.ValidationError(
                _("Choose a day from today on, at most %(years)d years ahead.") % {"years": YEARS_MAX}
            )
        return day


class EmailForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        widget=UnfoldAdminEmailInputWidget,
        help_text=_("The cloud sends a link there, and writes there about the workspace."),
    )


class TokenForm(forms.Form):
    token = PastedField(
        label=_("Registration token"),
        max_length=2000,
        help_text=_("From the cloud's console, or from whoever runs the cloud. It works once."),
    )


class FileForm(forms.Form):
    blob = PastedField(
        label=_("Registration file"),
        max_length=20_000,
        help_text=_("The text that the cloud's console shows under “Register without a connection”."),
    )


class ReconnectForm(forms.Form):
    blob = PastedField(
        label=_("Registration file"),
        required=False,
        max_length=20_000,
        help_text=_("Only where the cloud refuses this workspace's credentials: from the cloud's console."),
    )


class LicenceForm(forms.Form):
    token = PastedField(
        label=_("Licence"),
        max_length=8192,
        help_text=_("As it was sent to you: three parts with dots between them."),
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=255,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Told to the workspace's administrators."),
    )


class NewTokenForm(forms.Form):
    note = forms.CharField(label=_("For whom"), max_length=255, required=False, widget=UnfoldAdminTextInputWidget)
    plan = forms.ChoiceField(label=_("Plan"), choices=Plan.choices, widget=UnfoldAdminSelectWidget)
    ends_on = DayField(label=_("Holds until"), required=False, help_text=_("Empty: for a week."))


class UntilForm(forms.Form):
    ends_on = DayField(label=_("Holds until"), help_text=_("Or until the plan ends, if that is earlier."))


class PlanForm(forms.Form):
    plan = forms.ChoiceField(label=_("Plan"), choices=Plan.choices, widget=UnfoldAdminSelectWidget)
    ends_on = DayField(
        label=_("Plan ends after"),
        required=False,
        help_text=_("Then the community plan holds. Empty: it does not end."),
    )
    monthly_limit = forms.IntegerField(
        label=_("Pushes a month"),
        required=False,
        min_value=0,
        max_value=1_000_000_000,
        widget=UnfoldAdminTextInputWidget({"inputmode": "numeric"}),
        help_text=_("Empty: what the plan brings (premium: any number)."),
    )
    rate_limit = forms.IntegerField(
        label=_("Pushes a minute"),
        required=False,
        min_value=1,
        max_value=10_000_000,
        widget=UnfoldAdminTextInputWidget({"inputmode": "numeric"}),
        help_text=_("Empty: the limit of the cloud's settings."),
    )


class NewWorkspaceForm(forms.Form):
    unique_id = forms.CharField(
        label=_("Unique id"),
        max_length=64,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("The workspace tells it on its page Connectivity services; a Rocket.Chat server under Workspace."),
    )
    name = forms.CharField(label=_("Name"), max_length=255, widget=UnfoldAdminTextInputWidget)
    site_url = HttpAddressFormField(
        label=_("Address"), required=False, assume_scheme="https", widget=UnfoldAdminTextInputWidget({"type": "url"})
    )
    email = forms.EmailField(label=_("Contact"), required=False, max_length=254, widget=UnfoldAdminEmailInputWidget)
    plan = forms.ChoiceField(label=_("Plan"), choices=Plan.choices, widget=UnfoldAdminSelectWidget)
