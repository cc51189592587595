"""The profile: display name, status, language and time zone."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods
from unfold.widgets import UnfoldAdminTextInputWidget

from workspace.errors import ApplicationError
from workspace.models import GeneralSettings, Presence, SignInSettings, Status, User
from workspace.pages.changes import ChangesForm
from workspace.pages.layout import page_context
from workspace.pages.reader import reader_of
from workspace.pages.widgets import PlainSelect
from workspace.roles import is_workspace
from workspace.selectors.localization import language_of, workspace_language
from workspace.selectors.presence import presence_of
from workspace.services.accounts import locale_save, names_save
from workspace.services.managed_accounts import username_check
from workspace.services.presence import status_set
from workspace.time_zones import time_zone_names


class ProfileForm(ChangesForm):
    """The profile. Languages without translated pages are marked, and what users may not change is disabled."""

    username = forms.CharField(
        label=gettext_lazy("Username"),
        required=False,
        max_length=User._meta.get_field("username").max_length,
        help_text=gettext_lazy("People use it to mention you, and you can sign in with it."),
        widget=UnfoldAdminTextInputWidget(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    name = forms.CharField(
        label=gettext_lazy("Name"),
        required=False,
        max_length=User._meta.get_field("name").max_length,
        help_text=gettext_lazy("Shown next to your messages. Empty: your username."),
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "name"}),
    )
    status = forms.ChoiceField(
        label=gettext_lazy("Status"),
        choices=Status.choices,
        help_text=gettext_lazy("Busy silences your notifications, and Invisible shows you as offline."),
        widget=PlainSelect,
    )
    status_text = forms.CharField(
        label=gettext_lazy("Status text"),
        required=False,
        max_length=Presence._meta.get_field("status_text").max_length,
        widget=UnfoldAdminTextInputWidget,
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        required=False,
        help_text=gettext_lazy("For these pages and your notifications."),
        widget=PlainSelect,
    )

    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        required=False,
        help_text=gettext_lazy("For the times on these pages, and for your quiet hours."),
        widget=PlainSelect,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language, time_zone = self.fields["language"], self.fields["time_zone"]
        assert isinstance(language, forms.ChoiceField)
        assert isinstance(time_zone, forms.ChoiceField)
        default_language = str(dict(settings.LANGUAGES)[workspace_language()])
        browser_choice = _("Browser language (notifications: %(language)s)") % {"language": default_language}
        language.choices = [("", browser_choice), *map(self.language_shown, settings.LANGUAGES)]
        rules = SignInSettings.current()
        self.fields["username"].disabled = not (rules.profile_change and rules.username_change)
        self.fields["name"].disabled = not (rules.profile_change and rules.name_change)
        self.fields["status_text"].disabled = not rules.status_change
        if not rules.invisible_status:
            status = self.fields["status"]
            assert isinstance(status, forms.ChoiceField)
            status.choices = [choice for choice in Status.choices if choice[0] != Status.OFFLINE]
        zones = sorted({*time_zone_names(), self.initial["time_zone"]} - {""})
        time_zone.choices = [
            ("", _("Default (%(value)s)") % {"value": GeneralSettings.current().time_zone}),
            *zip(zones, zones, strict=True),
        ]

    def clean_username(self) -> str:
        """Return the new username; the current one if the field is empty."""
        current, username = self.initial["username"], self.cleaned_data["username"] or self.initial["username"]
        if username != current and self.is_changed("username"):
            try:
                username_check(username, of=User.objects.filter(username=current).first())
            except ApplicationError as error:
                raise forms.ValidationError(_("This username is taken, or it is not valid.")) from error
        return str(username)

    @staticmethod
    def language_shown(language: tuple[str, str | Promise]) -> tuple[str, str]:
        """Return a language as a choice."""
        code, name = language[0], str(language[1])
        return code, name if code in settings.PAGE_LANGUAGES else _("%(language)s (notifications only)") % {
            "language": name
        }


@login_required
@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Show and save the user's profile."""
    user = reader_of(request)
    form = profile_form(user, request.POST or None)
    if form.is_valid():
        # Changes made by another client meanwhile are kept.
        data = {**form.initial, **form.changes()}
        with transaction.atomic():
            names_save(user=user, username=data["username"], name=data["name"])
            locale_save(user=user, language=data["language"], time_zone=data["time_zone"])
        if any(data[name] != form.initial[name] for name in ("status", "status_text")):
            status_set(user=user, status=data["status"], text=data["status_text"], expires_at=None)
        with translation.override(language_of(request)):
            messages.success(request, _("Your profile was saved."))
        return HttpResponseRedirect(reverse("profile"))
    return profile_response(request, form)


def profile_form(user: User, data: QueryDict | None = None) -> ProfileForm:
    """Return the form with the current values, or the submitted ones."""
    presence = presence_of(user)
    initial = {
        "username": user.username,
        "name": user.name,
        "language": user.language,
        "time_zone": user.time_zone,
        "status": presence.status,
        "status_text": presence.status_text,
    }
    return ProfileForm(data, initial=initial)


def may_change_own_picture() -> bool:
    """Return True if users may change their pictures, which only workspaces show."""
    rules = SignInSettings.current()
    return is_workspace() and rules.profile_change and rules.avatar_change


def may_change_own_addresses() -> bool:
    """Return True if users may change their addresses."""
    rules = SignInSettings.current()
    return rules.profile_change and rules.email_change


def profile_response(request: HttpRequest, form: ProfileForm, *, address: str = "", problem: str = "") -> HttpResponse:
    """Return the page. `address` is the content of the field for a new address, `problem` its error."""
    context = {
        **page_context(request, title=_("Profile")),
        "form": form,
        "emails": reader_of(request).emails.all(),
        "may_change_addresses": may_change_own_addresses(),
        "picture_url": reverse("account-picture") if may_change_own_picture() else "",
        "deletion_url": reverse("account-delete") if SignInSettings.current().delete_own_account else "",
        "address": address,
        "address_problem": problem,
    }
    return TemplateResponse(request, "pages/account/profile.html", context)
