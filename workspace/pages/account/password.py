"""Changing the password, which requires the current one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.views import PasswordChangeView
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse_lazy
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminPasswordWidget

from workspace.models import SignInSettings, User
from workspace.pages.layout import page_context
from workspace.security.password_policy import policy_help
from workspace.services.accounts import digests_remaining, sign_ins_end
from workspace.services.people.confirmation import attempts_exceeded


def new_password_help() -> str:
    """Return the rules for new passwords."""
    return " ".join([_("At least 8 characters, not a common one, and not your name."), policy_help()]).strip()


def may_change_password(_request: HttpRequest) -> bool:
    """Return True if users may change their passwords."""
    rules = SignInSettings.current()
    return rules.profile_change and rules.password_change


def password_field(label: Any, *, autocomplete: str, help_text: Any = "") -> forms.CharField:
    """Return a password field that keeps white space."""
    widget = UnfoldAdminPasswordWidget(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, strip=False, widget=widget, help_text=help_text)


NEW_PASSWORD_HELP = lazy(new_password_help, str)()


class OwnPasswordForm(PasswordChangeForm):
    """Asks for the current password and twice for the new one.

    All other browsers and apps are signed out; personal access tokens remain valid.
    """

    old_password = password_field(gettext_lazy("Current password"), autocomplete="current-password")
    new_password1 = password_field(
        gettext_lazy("New password"), autocomplete="new-password", help_text=NEW_PASSWORD_HELP
    )
    new_password2 = password_field(gettext_lazy("Repeat the new password"), autocomplete="new-password")

    def clean_old_password(self) -> str:
        if attempts_exceeded(self.user):
            raise ValidationError(_("Too many attempts. Try again in 15 minutes."))
        return super().clean_old_password()

    @transaction.atomic
    def save(self, commit: bool = True) -> User:
        user: User = super().save(commit)
        sign_ins_end(user=user, kept=digests_remaining(user=user))
        return user


class OwnPasswordView(PasswordChangeView):
    """The page for changing the password. This browser stays signed in; other browsers and all apps are signed out."""

    template_name = "pages/account/password.html"
    form_class = OwnPasswordForm
    success_url = reverse_lazy("password-change")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated and not may_change_password(request):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), **page_context(self.request, title=_("Password"))}

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        messages.success(self.request, _("Your password was changed. Your apps and other browsers were signed out."))
        return response
