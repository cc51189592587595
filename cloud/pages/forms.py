"""Forms of the workspace's cloud pages and of the cloud's console."""

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

from cloud.gateway_protocols import ROCKETCHAT, Text, protocol_choices
from cloud.models import Plan
from workspace.http_addresses import HttpAddressFormField

# An end date further ahead than this is probably a typo.
YEARS_MAX = 10


def end_of(day: date) -> datetime:
    """Return the end of a day in the site's time zone."""
    return timezone.make_aware(datetime.combine(day, time.max))


class PastedField(forms.CharField):
    """A text area for a long pasted text."""

    widget = UnfoldAdminTextareaWidget({"rows": 5, "autocomplete": "off", "spellcheck": "false", "class": "font-mono"})


class DayField(forms.DateField):
    """A date from today on."""

    widget = UnfoldAdminTextInputWidget

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=UnfoldAdminTextInputWidget({"type": "date"}), **kwargs)

    def clean(self, value: Any) -> date | None:
        """Return the date; raises ValidationError if it is in the past or too far ahead."""
        day: date | None = super().clean(value)
        if day is None:
            return None
        today = timezone.localdate()
        if not today <= day <= today + timedelta(days=366 * YEARS_MAX):
            raise forms.ValidationError(
                _("Choose a date from today on, at most %(years)d years ahead.") % {"years": YEARS_MAX}
            )
        return day


class EmailForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        widget=UnfoldAdminEmailInputWidget,
        help_text=_("The cloud sends the link and messages about the workspace to this address."),
    )


class TokenForm(forms.Form):
    token = PastedField(
        label=_("Registration token"),
        max_length=2000,
        help_text=_("From the cloud's console or its operator. A token works once."),
    )


class FileForm(forms.Form):
    blob = PastedField(
        label=_("Registration file"),
        max_length=20_000,
        help_text=_("The text that the cloud's console shows under “Create a registration file”."),
    )


class ReconnectForm(forms.Form):
    blob = PastedField(
        label=_("Registration file"),
        required=False,
        max_length=20_000,
        help_text=_("From the cloud's console. Only needed if the cloud refuses this workspace's credentials."),
    )


class LicenceForm(forms.Form):
    token = PastedField(
        label=_("Licence"),
        max_length=8192,
        help_text=_("Exactly as you received it: three parts separated by dots."),
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=255,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Shown to the workspace's administrators."),
    )


class NewTokenForm(forms.Form):
    note = forms.CharField(label=_("Issued to"), max_length=255, required=False, widget=UnfoldAdminTextInputWidget)
    plan = forms.ChoiceField(label=_("Plan"), choices=Plan.choices, widget=UnfoldAdminSelectWidget)
    ends_on = DayField(label=_("Valid until"), required=False, help_text=_("Empty: one week."))


class UntilForm(forms.Form):
    ends_on = DayField(label=_("Valid until"), help_text=_("Or until the plan ends, whichever is earlier."))


class PlanForm(forms.Form):
    plan = forms.ChoiceField(label=_("Plan"), choices=Plan.choices, widget=UnfoldAdminSelectWidget)
    ends_on = DayField(
        label=_("Plan ends after"),
        required=False,
        help_text=_("The community plan applies after that. Empty: no end."),
    )
    monthly_limit = forms.IntegerField(
        label=_("Pushes per month"),
        required=False,
        min_value=0,
        max_value=1_000_000_000,
        widget=UnfoldAdminTextInputWidget({"inputmode": "numeric"}),
        help_text=_("Empty: the plan's limit (premium: unlimited)."),
    )
    rate_limit = forms.IntegerField(
        label=_("Pushes per minute"),
        required=False,
        min_value=1,
        max_value=10_000_000,
        widget=UnfoldAdminTextInputWidget({"inputmode": "numeric"}),
        help_text=_("Empty: the limit in the cloud's settings."),
    )


def other_protocols() -> list[tuple[str, Text]]:
    """Return the choices of a form that changes the protocol: none is chosen yet."""
    return [("", "–"), *protocol_choices()]


class ProtocolForm(forms.Form):
    protocol = forms.ChoiceField(label=_("Protocol"), choices=other_protocols, widget=UnfoldAdminSelectWidget)


class NewWorkspaceForm(forms.Form):
    unique_id = forms.CharField(
        label=_("Unique id"),
        max_length=64,
        widget=UnfoldAdminTextInputWidget,
        help_text=_(
            "Shown in the workspace on the page Connectivity services; in a Rocket.Chat server under Workspace. For "
            "other servers, choose a name that is not used yet."
        ),
    )
    name = forms.CharField(label=_("Name"), max_length=255, widget=UnfoldAdminTextInputWidget)
    site_url = HttpAddressFormField(
        label=_("Address"), required=False, assume_scheme="https", widget=UnfoldAdminTextInputWidget({"type": "url"})
    )
    email = forms.EmailField(label=_("Contact"), required=False, max_length=254, widget=UnfoldAdminEmailInputWidget)
    plan = forms.ChoiceField(label=_("Plan"), choices=Plan.choices, widget=UnfoldAdminSelectWidget)
    protocol = forms.ChoiceField(
        label=_("Protocol"),
        choices=protocol_choices,
        initial=ROCKETCHAT,
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text=_("In which protocol the server sends pushes."),
    )

    def clean_protocol(self) -> str:
        """Return the protocol; requests without one, such as those of scripts, mean Rocket.Chat's."""
        return self.cleaned_data["protocol"] or ROCKETCHAT
