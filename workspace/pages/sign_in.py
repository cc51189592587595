"""Signing in to the site and out of it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminTextInputWidget

from workspace.errors import SecondFactorError
from workspace.models import RegistrationForm, SignInSettings
from workspace.openid.providers import openid_providers
from workspace.pages.layout import page_context
from workspace.pages.sign_in_code import CodeForm, code_page
from workspace.pages.time_zone import browser_time_zone_accept
from workspace.roles import is_workspace
from workspace.security.lockout import attempt_end
from workspace.selectors.accounts import needs_verified_address
from workspace.services.known_clients import browser_remember

# The maximum length of an e-mail address (RFC 5321), which can be used to sign in.
NAME_MAX_LENGTH = 254


def register_url() -> str:
    """Return the URL of the page where anyone can create an account; empty if there is none."""
    is_public = SignInSettings.current().registration_form == RegistrationForm.PUBLIC
    return reverse("register") if is_public and is_workspace() else ""


class SignInForm(AuthenticationForm):
    """Asks for username or e-mail address, and password."""

    username = forms.CharField(
        label=gettext_lazy("Username or e-mail address"),
        widget=UnfoldAdminTextInputWidget(
            attrs={"autofocus": True, "autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "current-password"}),
    )
    time_zone = forms.CharField(
        required=False, max_length=64, widget=forms.HiddenInput(attrs={"data-browser-time-zone": ""})
    )
    error_messages = {
        "invalid_login": gettext_lazy("Wrong username or password. Passwords are case-sensitive."),
        "inactive": gettext_lazy("This account is deactivated."),
    }

    awaits_code = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].widget.attrs["maxlength"] = NAME_MAX_LENGTH

    def confirm_login_allowed(self, user: Any) -> None:
        super().confirm_login_allowed(user)
        if needs_verified_address(user):
            raise forms.ValidationError(_("Verify your e-mail address first, with the link that we have sent to it."))

    def clean(self) -> dict[str, Any]:
        """Check the credentials. If the account has a second factor, `awaits_code` is True and nobody is signed in."""
        try:
            return super().clean()
        except SecondFactorError:
            self.awaits_code = True
            return self.cleaned_data


class SignInView(LoginView):
    """The sign-in page. Users who are signed in already are redirected."""

    template_name = "pages/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    @property
    def has_form(self) -> bool:
        """Return True if users can sign in here with a username and password."""
        return SignInSettings.current().show_form

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.has_form:
            raise PermissionDenied
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        if isinstance(form, SignInForm) and form.awaits_code:
            # A correct password alone is no guess. The request that follows brings the code.
            attempt_end(self.request)
            return code_page(
                self.request,
                CodeForm.asking(
                    name=getattr(self.request, "second_factor_name", form.cleaned_data["username"]),
                    following=self.get_success_url(),
                    time_zone=form.cleaned_data["time_zone"],
                ),
            )
        response = super().form_valid(form)
        browser_time_zone_accept(self.request, form.cleaned_data["time_zone"])
        browser_remember(request=self.request, response=response, user=form.get_user())
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rules = SignInSettings.current()
        return {
            **super().get_context_data(**kwargs),
            **page_context(self.request, title=_("Sign in")),
            "has_form": self.has_form,
            "has_passkeys": rules.passkeys,
            "resets_passwords": rules.password_reset,
            "registration_url": register_url(),
            "providers": openid_providers(),
            "registration_text": "" if register_url() else rules.registration_replacement,
        }


class AdminSignInView(SignInView):
    """The sign-in page of the administration. Users without access get 403; a redirect would loop."""

    # Administrators must be able to turn the form on again.
    has_form = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated and not request.user.is_staff:
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_default_redirect_url(self) -> str:
        return reverse("admin:index")


class SignOutView(LogoutView):
    """Ends the session. Only POST is accepted, so that links and images on other sites cannot sign users out."""

    next_page = "sign-in"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().post(request, *args, **kwargs)
        # Pictures of rooms and people may be cached for an hour. "storage" would also remove the service worker.
        response.headers["Clear-Site-Data"] = '"cache"'
        return response
