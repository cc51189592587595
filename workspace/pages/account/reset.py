"""Resetting a forgotten password by e-mail, without revealing who has an account."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.views import PasswordResetConfirmView
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods
from unfold.widgets import UnfoldAdminEmailInputWidget

from workspace.errors import ApplicationError
from workspace.models import SignInSettings, User
from workspace.pages.account.password import NEW_PASSWORD_HELP, password_field
from workspace.pages.layout import page_context
from workspace.services.accounts import sign_ins_end
from workspace.services.known_clients import browser_remember
from workspace.services.people.registration import reset_link_request
from workspace.services.reset_tokens import reset_tokens


class ResetForm(forms.Form):
    """Asks for the e-mail address of the account."""

    address = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        max_length=254,
        help_text=gettext_lazy("A verified address of your account."),
        widget=UnfoldAdminEmailInputWidget(attrs={"autocomplete": "email", "autofocus": True}),
    )


class ChosenPasswordForm(SetPasswordForm):  # type: ignore[type-arg]
    """Asks twice for the new password. All browsers and apps are signed out."""

    new_password1 = password_field(
        gettext_lazy("New password"), autocomplete="new-password", help_text=NEW_PASSWORD_HELP
    )
    new_password2 = password_field(gettext_lazy("Repeat the new password"), autocomplete="new-password")

    @transaction.atomic
    def save(self, commit: bool = True) -> User:
        user: User = super().save(commit)
        sign_ins_end(user=user)
        return user


@require_http_methods(["GET", "POST"])
def password_reset(request: HttpRequest) -> HttpResponse:
    """Ask for an address and send a reset link if it is verified. The response is the same if it is not."""
    if not SignInSettings.current().password_reset:
        raise PermissionDenied
    form = ResetForm(request.POST or None)
    context = {**page_context(request, title=_("Forgot your password?")), "form": form}
    if not form.is_valid():
        return TemplateResponse(request, "pages/account/reset.html", context)
    address = form.cleaned_data["address"]
    try:
        reset_link_request(address=address, caller=request.META.get("REMOTE_ADDR", ""))
    except ApplicationError:
        form.add_error(None, _("Too many links were requested from your network. Try again in 15 minutes."))
        return TemplateResponse(request, "pages/account/reset.html", context, status=429)
    hours = settings.PASSWORD_RESET_TIMEOUT // 3600
    return TemplateResponse(request, "pages/account/reset_sent.html", {**context, "address": address, "hours": hours})


class ChoosePasswordView(PasswordResetConfirmView):
    """The page that the link opens: a form for the new password, or a message that the link is invalid."""

    template_name = "pages/account/reset_choose.html"
    form_class = ChosenPasswordForm
    success_url = reverse_lazy("sign-in")
    token_generator = reset_tokens

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), **page_context(self.request, title=_("Choose a new password"))}

    def form_valid(self, form: Any) -> HttpResponse:
        super().form_valid(form)
        messages.success(self.request, _("Your password was changed. Sign in with the new one."))
        response = HttpResponseRedirect(reverse("sign-in"))
        # The owner has proved their identity, so failed sign-ins by strangers must not lock them out.
        browser_remember(request=self.request, response=response, user=form.user)
        return response
