"""The page with all rooms that have custom settings. They can be changed or reset together, after confirmation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from preferences.models import Level, RoomPreferences
from preferences.pages.room import room_preferences_path
from preferences.pages.room_form import COLUMNS
from preferences.selectors.effective import column_of, is_chosen, value_label
from preferences.selectors.rooms import subscriptions_customized
from preferences.services.rooms import rooms_preferences_change, rooms_preferences_reset
from workspace.models import Subscription, User
from workspace.pages.form_data import parse_key
from workspace.pages.layout import page_context
from workspace.pages.reader import reader_of
from workspace.pages.sidebar import lines_of
from workspace.pages.widgets import PlainSelect

ROOMS_PER_PAGE = 50
RESET = "reset"
SWITCHED = (
    ("notifications_disabled", gettext_lazy("No alerts")),
    ("group_mentions_muted", gettext_lazy("@all and @here muted")),
    ("unread_hidden", gettext_lazy("Counter hidden")),
    ("mentions_hidden", gettext_lazy("Mention badge hidden")),
)


class BulkForm(forms.Form):
    """The change for the selected rooms: a level for one channel, or a reset of everything."""

    to = forms.ChoiceField(label=gettext_lazy("Change the selected rooms to"), widget=PlainSelect)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        field = self.fields["to"]
        assert isinstance(field, forms.ChoiceField)
        channels = (("desktop", _("Desktop")), ("push", _("Mobile")), ("email", _("E-mail")))
        levels = [("", _("Default")), *Level.choices]
        field.choices = [
            (RESET, _("Reset everything to the default")),
            *((f"{column}:{level}", f"{name}: {shown}") for column, name in channels for level, shown in levels),
        ]

    @property
    def shown(self) -> str:
        """Return the label of the selected change."""
        field = self.fields["to"]
        assert isinstance(field, forms.ChoiceField)
        return str(dict(field.choices)[self.cleaned_data["to"]])  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class CustomizedRoom:
    """One room of the list, with its custom settings as texts."""

    line: Any
    subscription: Subscription
    url: str
    choices: list[str]


@login_required
@require_GET
def room_choices(request: HttpRequest) -> HttpResponse:
    """List the user's rooms with custom settings."""
    user = reader_of(request)
    page = Paginator(customized(user), ROOMS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        **page_context(request, title=_("Rooms with custom settings")),
        "page": page,
        "customized_rooms": list(rooms_of(page.object_list, user)),
        "form": BulkForm(),
    }
    return TemplateResponse(request, "preferences/room_choices.html", context)


@login_required
@require_POST
def room_choices_change(request: HttpRequest) -> HttpResponse:
    """Ask for confirmation, then change the selected rooms."""
    user = reader_of(request)
    keys = [key for text in request.POST.getlist("room") if (key := parse_key(text)) is not None][:ROOMS_PER_PAGE]
    chosen = list(rooms_of(customized(user).filter(pk__in=keys), user))
    form = BulkForm(request.POST)
    if not form.is_valid() or not chosen:
        messages.warning(request, _("Nothing was changed. Select at least one room, and what to change."))
        return HttpResponseRedirect(reverse("room-choices"))
    if "confirmed" not in request.POST:
        context = {
            **page_context(request, title=_("Change these rooms?")),
            "chosen": chosen,
            "form": form,
            "is_reset": form.cleaned_data["to"] == RESET,
        }
        return TemplateResponse(request, "preferences/room_choices_confirm.html", context)
    count = change(user, [room.subscription.pk for room in chosen], form.cleaned_data["to"])
    text = ngettext("%(count)d room changed.", "%(count)d rooms changed.", count)
    messages.success(request, text % {"count": count})
    return HttpResponseRedirect(reverse("room-choices"))


def change(user: User, subscriptions: list[int], to: str) -> int:
    """Apply the selected change to these rooms of the user; returns the number of rooms."""
    if to == RESET:
        return rooms_preferences_reset(user=user, subscriptions=subscriptions)
    column, _colon, level = to.partition(":")
    return rooms_preferences_change(user=user, subscriptions=subscriptions, **{column: level})  # type: ignore[arg-type]


def customized(user: User) -> Any:
    """Return the user's rooms with custom settings, annotated with the number of ignored senders."""
    return subscriptions_customized(user).annotate(ignored_count=Count("ignored_senders"))


def rooms_of(subscriptions: Any, user: User) -> Iterator[CustomizedRoom]:
    """Yield these rooms with their custom settings."""
    for line in lines_of(subscriptions, user=user):
        subscription = line.entry.subscription
        url = room_preferences_path(subscription)
        yield CustomizedRoom(line, subscription, url, list(choices_shown(subscription)))


def choices_shown(subscription: Subscription) -> Iterator[str]:
    """Yield the custom settings of a room as texts."""
    chosen: RoomPreferences | None = getattr(subscription, "preferences", None)
    if chosen is not None:
        yield from (str(label) for name, label in SWITCHED if getattr(chosen, name))
        for name, label, _help in COLUMNS:
            if is_chosen(value := getattr(chosen, name)):
                shown = value_label(column_of(RoomPreferences, name), value)
                if name == "desktop_duration":
                    shown = ngettext("%(count)d second", "%(count)d seconds", value) % {"count": value}
                yield f"{label}: {shown}"
    if ignored := subscription.ignored_count:  # type: ignore[attr-defined]
        yield ngettext("%(count)d person ignored", "%(count)d people ignored", ignored) % {"count": ignored}
