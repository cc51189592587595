"""The settings history, and reverting a change."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from workspace.errors import ApplicationError
from workspace.models import ChangeSource, SettingChange, User
from workspace.pages.settings.base import address_of, admin_page, settings_view
from workspace.pages.settings.presentation import setting_url, value_display
from workspace.services.settings import EDIT_PERMISSION, setting_revert
from workspace.setting_groups.registry import RegisteredSetting, settings_by_id

PER_PAGE = 50


# The first and last days contain times that are out of range in other time zones.
DAYS = (MinValueValidator(date(1, 1, 3)), MaxValueValidator(date(9999, 12, 29)))


class FilterForm(forms.Form):
    """Filters for the history; empty fields are ignored."""

    setting = forms.ChoiceField(label=gettext_lazy("Setting"), required=False, widget=UnfoldAdminSelectWidget)
    by = forms.CharField(label=gettext_lazy("By (username)"), required=False, widget=UnfoldAdminTextInputWidget)
    source = forms.ChoiceField(label=gettext_lazy("Source"), required=False, widget=UnfoldAdminSelectWidget)
    since = forms.DateField(
        label=gettext_lazy("Since"),
        required=False,
        validators=DAYS,
        widget=UnfoldAdminTextInputWidget({"type": "date"}),
    )
    until = forms.DateField(
        label=gettext_lazy("Until"),
        required=False,
        validators=DAYS,
        widget=UnfoldAdminTextInputWidget({"type": "date"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = settings_by_id().values()
        labels = sorted((f"{entry.group.label()}: {entry.label}", entry.id) for entry in known)
        self.fields["setting"].choices = [("", _("All")), *((key, text) for text, key in labels)]  # type: ignore[attr-defined]
        self.fields["source"].choices = [("", _("All")), *ChangeSource.choices]  # type: ignore[attr-defined]

    def changes(self) -> QuerySet[SettingChange]:
        """Return the filtered changes; none if a filter is invalid."""
        changes = SettingChange.objects.all()
        if not self.is_valid():
            return changes.none()
        conditions = {
            "setting_id": self.cleaned_data["setting"],
            "actor_name__iexact": self.cleaned_data["by"],
            "source": self.cleaned_data["source"],
            "at__gte": _time_on(self.cleaned_data["since"], time.min),
            "at__lte": _time_on(self.cleaned_data["until"], time.max),
        }
        return changes.filter(**{lookup: value for lookup, value in conditions.items() if value})


def _time_on(day: Any, at: time) -> datetime | None:
    return timezone.make_aware(datetime.combine(day, at)) if day else None


class ChangeView:
    """A change, prepared for the template."""

    def __init__(self, change: SettingChange) -> None:
        self.change = change
        self.entry: RegisteredSetting | None = settings_by_id().get(change.setting_id)

    @property
    def label(self) -> str:
        return self.entry.label if self.entry else self.change.setting_id

    @property
    def url(self) -> str:
        return setting_url(self.entry) if self.entry else ""

    @property
    def before(self) -> str:
        return self._display(self.change.before)

    @property
    def after(self) -> str:
        return self._display(self.change.after)

    @property
    def who(self) -> str:
        return self.change.actor_name or _("the system")

    @property
    def current(self) -> str:
        return value_display(self.entry, self.entry.value) if self.entry else ""

    @property
    def why_not(self) -> str:
        """Return why the change cannot be reverted; empty if it can."""
        if self.entry is None:
            return _("This setting no longer exists.")
        if self.change.secret:
            return _("Former values of secrets are not stored and cannot be restored.")
        if self.entry.lock:
            return str(self.entry.lock.reason)
        if self.entry.value == self.change.before:
            return _("The setting already has this value.")
        return ""

    @property
    def revertable(self) -> bool:
        return not self.why_not

    def _display(self, value: Any) -> str:
        if self.change.secret:
            return _("set (fingerprint %(fingerprint)s)") % value if value else _("empty")
        return value_display(self.entry, value) if self.entry else str(value)


@settings_view()
def history(request: HttpRequest) -> HttpResponse:
    """List the changes, newest first."""
    form = FilterForm(request.GET)
    page = Paginator(form.changes(), PER_PAGE).get_page(request.GET.get("page"))
    other_params = request.GET.copy()
    other_params.pop("page", None)
    context = {
        "form": form,
        "page_obj": page,
        "changes": [ChangeView(change) for change in page],
        "query": other_params.urlencode(),
    }
    return admin_page(request, "workspace/settings/history.html", gettext_lazy("Settings history"), context)


@settings_view(permission=EDIT_PERMISSION)
def revert(request: HttpRequest, pk: int) -> HttpResponse:
    """Revert a setting to the value before the change, after confirmation."""
    change = get_object_or_404(SettingChange, pk=pk)
    view = ChangeView(change)
    if request.method != "POST":
        return admin_page(request, "workspace/settings/revert.html", gettext_lazy("Revert a setting?"), {"view": view})
    assert isinstance(request.user, User)
    try:
        setting_revert(change=change, actor=request.user, address=address_of(request))
    except ApplicationError as error:
        messages.error(request, error.message)
    else:
        messages.success(
            request,
            _("“%(label)s” was reverted to %(value)s.") % {"label": view.label, "value": view.before},
        )
    return redirect(f"{reverse('settings_history')}?setting={change.setting_id}")
