"""My Account > Quiet hours: when pushes wait, and pausing them for a while."""

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
from preferences.quiet.schedule import HOURS_MAX_LENGTH, Stretch, hours_read, hours_written, stretch_of
from preferences.quiet.telling import hours_heard, hours_shown, hours_told
from preferences.selectors.effective import column_of, value_shown
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
    """Whose hours hold; a beginning and an end for each day of the week, and further ones in words."""

    choice = forms.ChoiceField(label=gettext_lazy("Quiet hours"), required=False, widget=UnfoldAdminRadioSelectWidget)
    more = forms.CharField(
        label=gettext_lazy("Further hours"),
        required=False,
        max_length=HOURS_MAX_LENGTH,
        help_text=gettext_lazy("Days and hours on one line, such as “Sat, Sun 13:00-15:00”."),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2, "spellcheck": "false"}),
    )

    def __init__(self, data: Any = None, *, state: QuietState) -> None:
        firsts, rest = split(hours_read(state.own_hours))
        through = state.chose_mentions
        initial: dict[str, Any] = {
            "choice": state.choice,
            "more": "\n".join(hours_told(hours_written(rest))),
            "through": through,
        }
        for day, stretch in firsts.items():
            initial[f"from_{day}"], _dash, initial[f"until_{day}"] = stretch.clock.partition("-")
        super().__init__(data, initial=initial)
        self.fields["more"].label = _("Further hours (%(zone)s)") % {"zone": state.time_zone}
        choice = self.fields["choice"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [
            ("", _("Default (%(value)s)") % {"value": hours_shown(default_hours())}),
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
        default = value_shown(column, AccountsSettings.current().lets_mentions_through)
        self.fields["through"] = SwitchField(
            default=_("Default (%(value)s)") % {"value": default},
            label=_("Direct messages and mentions break through"),
            help_text=_("On: these are pushed at any time."),
        )
        self.include_initial()

    def days(self) -> Iterator[tuple[str, forms.BoundField, forms.BoundField]]:
        """Yield each day of the week with its beginning and end."""
        for day in DAYS:
            yield str(WEEKDAYS[day]), self[f"from_{day}"], self[f"until_{day}"]

    def choice_shown(self) -> SafeString:
        """Return the hidden field that says which choice the page showed; the template writes the buttons itself."""
        return self["choice"].as_hidden(only_initial=True)

    def choices(self) -> QuietChoices:
        """Return what the person changed; the hours of all days are one choice."""
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
                self.add_error(f"until_{day}" if begins else f"from_{day}", _("Say both, or neither."))
            elif begins:
                try:
                    stretches.add(stretch_of(day, begins, ends))
                except ValidationError as error:
                    self.add_error(f"until_{day}", error)
        try:
            stretches.update(hours_read(hours_heard(data.get("more", ""))))
            data["hours"] = hours_written(stretches)
        except ValidationError as error:
            self.add_error("more", error)
        return data


def clock_field(label: str) -> forms.CharField:
    """Return a field for a time of day."""
    widget = forms.TextInput(attrs={"type": "time", "class": "page-input"})
    return forms.CharField(label=label, required=False, max_length=5, widget=widget)


def split(stretches: tuple[Stretch, ...]) -> tuple[dict[int, Stretch], list[Stretch]]:
    """Return the first stretch of each day that a form for one a day can show, and the others."""
    firsts: dict[int, Stretch] = {}
    rest = []
    for stretch in stretches:
        if stretch.day in firsts or stretch.clock.endswith("24:00"):
            rest.append(stretch)
        else:
            firsts[stretch.day] = stretch
    return firsts, rest


@login_required
@require_http_methods(["GET", "POST"])
def quiet_hours(request: HttpRequest) -> HttpResponse:
    """Show the reader's quiet hours, and save them."""
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
    """Save what the form holds; where that cannot be, the form tells why."""
    try:
        quiet_hours_save(user=user, **form.choices())
    except ValidationError as error:
        form.add_error(None, error.messages)
        return False
    return True


@login_required
@require_POST
def pause(request: HttpRequest) -> HttpResponse:
    """Pause the reader's pushes for an hour or until tomorrow morning, or let them come again."""
    user = reader_of(request)
    until = pause_end(request.POST.get("until", ""), quiet_state_of(user).time_zone)
    if until is None:
        quiet_resume(user=user)
        quiet_until = quiet_state_of(user).quiet_until(timezone.now())
        sentence = _("Your pushes come again.")
        if quiet_until:
            sentence = _("The pause is over. It is quiet until %(until)s.") % {"until": time_with_zone(quiet_until)}
        messages.success(request, sentence)
    else:
        quiet_pause(user=user, until=until)
        messages.success(request, _("Your pushes are paused until %(until)s.") % {"until": time_with_zone(until)})
    return HttpResponseRedirect(reverse("quiet-hours"))


def pause_end(name: str, time_zone: str) -> datetime | None:
    """Return when a pause of this name ends: in an hour, or at eight tomorrow by the user's clock; else None."""
    now = timezone.now()
    if name == HOUR:
        return now + timedelta(hours=1)
    if name == TOMORROW:
        tomorrow = now.astimezone(zone(time_zone)) + timedelta(days=1)
        return tomorrow.replace(hour=MORNING, minute=0, second=0, microsecond=0)
    return None
