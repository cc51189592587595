"""Changing the password, which requires the current one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.views import PasswordChangeView
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminPasswordWidget

from workspace.cache import call_count
from workspace.models import User
from workspace.pages.layout import page_context
from workspace.services.accounts import sign_ins_end


def password_field(label: Any, *, autocomplete: str, help_text: Any = "") -> forms.CharField:
    """Return a password field that keeps white space."""
    widget = UnfoldAdminPasswordWidget(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, strip=False, widget=widget, help_text=help_text)


# The number of attempts at the current password in this many seconds, to prevent guessing on an unattended browser.
MAX_TRIES, IN_SECONDS = 10, 900
NEW_PASSWORD_HELP = gettext_lazy("At least 8 characters, not a common one, and not your name.")


class OwnPasswordForm(PasswordChangeForm):
    """Asks for the current password and twice for the new one. All other browsers and apps are signed out."""

    old_password = password_field(gettext_lazy("Current password"), autocomplete="current-password")
    new_password1 = password_field(
        gettext_lazy("New password"), autocomplete="new-password", help_text=NEW_PASSWORD_HELP
    )
    new_password2 = password_field(gettext_lazy("Repeat the new password"), autocomplete="new-password")

    def clean_old_password(self) -> str:
        if call_count(f"password-change:{self.user.pk}", seconds=IN_SECONDS) > MAX_TRIES:
            raise ValidationError(_("Too many attempts. Try again in 15 minutes."))
        return super().clean_old_password()

    @transaction.atomic
    def save(self, commit: bool = True) -> User:
        user: User = super().save(commit)
        sign_ins_end(user=user)
        return user


class OwnPasswordView(PasswordChangeView):
    """The page for changing the password. This browser stays signed in; other browsers and all apps are signed out."""

    template_name = "pages/account/password.html"
    form_class = OwnPasswordForm
    success_url = reverse_lazy("password-change")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), **page_context(self.request, title=_("Password"))}

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        messages.success(self.request, _("Your password was changed. Your apps and other browsers were signed out."))
        return response
