"""The page My Account > Quiet hours: weekly quiet hours, and pausing pushes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST
from unfold.widgets import UnfoldAdminRadioSelectWidget, UnfoldAdminTextareaWidget

from preferences.models import AccountsSettings, QuietChoice
from preferences.pages.fields import SwitchField
from preferences.quiet.formatting import hours_lines, hours_text, hours_unlocalize
from preferences.quiet.schedule import HOURS_MAX_LENGTH, Stretch, hours_format, hours_read, stretch_of
from preferences.selectors.effective import column_of, value_label
from preferences.selectors.quiet import QuietState, default_hours, quiet_state_of
from preferences.services.quiet import QuietChoices, quiet_hours_save, quiet_pause, quiet_resume
from workspace.models import User
from workspace.pages.changes import ChangesForm
from workspace.pages.layout import page_context
from workspace.pages.reader import reader_of
from workspace.time_zones import time_with_zone, zone

DAYS = range(7)
MORNING = 8
HOUR, TOMORROW = "hour", "tomorrow"


class QuietForm(ChangesForm):
    """The choice of quiet hours, a start and end time for each day of the week, and further hours as text."""

    choice = forms.ChoiceField(label=gettext_lazy("Quiet hours"), required=False, widget=UnfoldAdminRadioSelectWidget)
    more = forms.CharField(
        label=gettext_lazy("Further hours"),
        required=False,
        max_length=HOURS_MAX_LENGTH,
        help_text=gettext_lazy("One line for each, such as “Sat, Sun 13:00-15:00”."),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2, "spellcheck": "false"}),
    )

    def __init__(self, data: Any = None, *, state: QuietState) -> None:
        by_day, rest = split(hours_read(state.own_hours))
        through = state.chose_mentions
        initial: dict[str, Any] = {
            "choice": state.choice,
            "more": "\n".join(hours_lines(hours_format(rest))),
            "through": through,
        }
        for day, stretch in by_day.items():
            initial[f"from_{day}"], _dash, initial[f"until_{day}"] = stretch.clock.partition("-")
        super().__init__(data, initial=initial)
        self.fields["more"].label = _("Further hours (%(zone)s)") % {"zone": state.time_zone}
        choice = self.fields["choice"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [
            ("", _("Default (%(value)s)") % {"value": hours_text(default_hours())}),
            (QuietChoice.OWN, QuietChoice.OWN.label),
            (QuietChoice.NONE, _("No quiet hours")),
        ]
        for day in DAYS:
            self.fields[f"from_{day}"] = clock_field(
                _("%(day)s from (%(zone)s)") % {"day": WEEKDAYS[day], "zone": state.time_zone}
            )
            self.fields[f"until_{day}"] = clock_field(
                _("%(day)s until (%(zone)s)") % {"day": WEEKDAYS[day], "zone": state.time_zone}
            )
        column = column_of(AccountsSettings, "lets_mentions_through")
        default = value_label(column, AccountsSettings.current().lets_mentions_through)
        self.fields["through"] = SwitchField(
            default=_("Default (%(value)s)") % {"value": default},
            label=_("Push direct messages and mentions"),
            help_text=_("On: they are pushed at any time."),
        )
        self.include_initial()

    def days(self) -> Iterator[tuple[str, forms.BoundField, forms.BoundField]]:
        """Yield each day of the week with the fields for its start and end."""
        for day in DAYS:
            yield str(WEEKDAYS[day]), self[f"from_{day}"], self[f"until_{day}"]

    def choice_shown(self) -> SafeString:
        """Return the hidden field with the choice shown on the page; the template renders the radio buttons itself."""
        return self["choice"].as_hidden(only_initial=True)

    def choices(self) -> QuietChoices:
        """Return the changed values. The hours of all days count as one value."""
        data, changes = self.cleaned_data, self.changes()
        choices: QuietChoices = {}
        if "choice" in changes:
            choices["choice"] = data["choice"]
        if changes.keys() - {"choice", "through"}:
            choices["hours"] = data["hours"]
        if "through" in changes:
            choices["lets_mentions_through"] = data["through"]
        return choices

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        stretches: set[Stretch] = set()
        for day in DAYS:
            begins, ends = data.get(f"from_{day}", ""), data.get(f"until_{day}", "")
            if bool(begins) != bool(ends):
                self.add_error(f"until_{day}" if begins else f"from_{day}", _("Enter both times, or neither."))
            elif begins:
                try:
                    stretches.add(stretch_of(day, begins, ends))
                except ValidationError as error:
                    self.add_error(f"until_{day}", error)
        try:
            stretches.update(hours_read(hours_unlocalize(data.get("more", ""))))
            data["hours"] = hours_format(stretches)
        except ValidationError as error:
            self.add_error("more", error)
        return data


def clock_field(label: str) -> forms.CharField:
    """Return a form field for a time of day."""
    widget = forms.TextInput(attrs={"type": "time", "class": "page-input"})
    return forms.CharField(label=label, required=False, max_length=5, widget=widget)


def split(stretches: tuple[Stretch, ...]) -> tuple[dict[int, Stretch], list[Stretch]]:
    """Return one stretch for each day, as the form's table can show it, and the other stretches."""
    by_day: dict[int, Stretch] = {}
    rest = []
    for stretch in stretches:
        if stretch.day in by_day or stretch.clock.endswith("24:00"):
            rest.append(stretch)
        else:
            by_day[stretch.day] = stretch
    return by_day, rest


@login_required
@require_http_methods(["GET", "POST"])
def quiet_hours(request: HttpRequest) -> HttpResponse:
    """Show the user's quiet hours, and save them."""
    user = reader_of(request)
    state = quiet_state_of(user)
    form = QuietForm(request.POST or None, state=state)
    if form.is_valid() and save(user, form):
        messages.success(request, _("Your quiet hours are saved."))
        return HttpResponseRedirect(reverse("quiet-hours"))
    now = timezone.now()
    context = {
        **page_context(request, title=_("Quiet hours")),
        "form": form,
        "state": state,
        "quiet_until": state.quiet_until(now),
        "time_zone": state.time_zone,
    }
    return TemplateResponse(request, "preferences/quiet.html", context)


def save(user: User, form: QuietForm) -> bool:
    """Save the form's values and return True; if they are invalid, add the errors to the form and return False."""
    try:
        quiet_hours_save(user=user, **form.choices())
    except ValidationError as error:
        form.add_error(None, error.messages)
        return False
    return True


@login_required
@require_POST
def pause(request: HttpRequest) -> HttpResponse:
    """Pause the user's pushes for an hour or until tomorrow morning, or end the pause."""
    user = reader_of(request)
    until = pause_end(request.POST.get("until", ""), quiet_state_of(user).time_zone)
    if until is None:
        quiet_resume(user=user)
        quiet_until = quiet_state_of(user).quiet_until(timezone.now())
        message = _("Push notifications are on again.")
        if quiet_until:
            message = _("The pause has ended. Quiet hours last until %(until)s.") % {
                "until": time_with_zone(quiet_until)
            }
        messages.success(request, message)
    else:
        quiet_pause(user=user, until=until)
        messages.success(request, _("Your pushes are paused until %(until)s.") % {"until": time_with_zone(until)})
    return HttpResponseRedirect(reverse("quiet-hours"))


def pause_end(name: str, time_zone: str) -> datetime | None:
    """Return the end of a pause: in an hour, or at 8:00 tomorrow in the user's time zone; else None."""
    now = timezone.now()
    if name == HOUR:
        return now + timedelta(hours=1)
    if name == TOMORROW:
        tomorrow = now.astimezone(zone(time_zone)) + timedelta(days=1)
        return tomorrow.replace(hour=MORNING, minute=0, second=0, microsecond=0)
    return None
