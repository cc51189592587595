"""The page where people create their own accounts, if the workspace allows it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods
from unfold.widgets import UnfoldAdminEmailInputWidget, UnfoldAdminTextInputWidget

from workspace.cache import call_count
from workspace.errors import ApplicationError
from workspace.models import SignInSettings, User
from workspace.pages.account.password import NEW_PASSWORD_HELP, password_field
from workspace.pages.layout import page_context
from workspace.services.people.registration import registration_check, user_register

# The number of accounts that can be created from one address in this many seconds.
MAX_ACCOUNTS, IN_SECONDS = 10, 3600
TAKEN = gettext_lazy("This username or e-mail address is taken, or it is not valid.")


class RegistrationForm(forms.Form):
    """Asks for names, an address and twice for a password."""

    username = forms.CharField(
        label=gettext_lazy("Username"),
        max_length=User._meta.get_field("username").max_length,
        help_text=gettext_lazy("Letters, digits, dots, dashes and underscores. Others use it to mention you."),
        widget=UnfoldAdminTextInputWidget(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false", "autofocus": True}
        ),
    )
    name = forms.CharField(
        label=gettext_lazy("Name"),
        required=False,
        max_length=User._meta.get_field("name").max_length,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        max_length=254,
        widget=UnfoldAdminEmailInputWidget(attrs={"autocomplete": "email"}),
    )
    password = password_field(gettext_lazy("Password"), autocomplete="new-password", help_text=NEW_PASSWORD_HELP)
    repeated = password_field(gettext_lazy("Repeat the password"), autocomplete="new-password")

    def clean_repeated(self) -> str:
        """Reject a password that differs from the first one."""
        repeated: str = self.cleaned_data["repeated"]
        if repeated != self.cleaned_data.get("password", repeated):
            raise forms.ValidationError(_("The two passwords differ."))
        return repeated


@sensitive_post_parameters("password", "repeated")
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest, secret: str = "") -> HttpResponse:
    """Show the form and create the account. Without the right secret, or if nobody may register, there is no page."""
    try:
        registration_check(secret=secret)
    except ApplicationError as error:
        raise Http404 from error
    if request.user.is_authenticated:
        return HttpResponseRedirect(reverse("home"))
    form = RegistrationForm(request.POST or None)
    if form.is_valid() and account_created(request, form, secret):
        messages.success(request, welcome())
        return HttpResponseRedirect(reverse("sign-in"))
    context: dict[str, Any] = {**page_context(request, title=_("Create an account")), "form": form}
    return TemplateResponse(request, "pages/register.html", context)


def account_created(request: HttpRequest, form: RegistrationForm, secret: str) -> bool:
    """Create the account, or add the problem to the form; returns True if it was created."""
    if call_count(f"register:{request.META.get('REMOTE_ADDR')}", seconds=IN_SECONDS) > MAX_ACCOUNTS:
        form.add_error(None, _("Too many accounts were created from your network. Try again in an hour."))
        return False
    data = form.cleaned_data
    try:
        user_register(
            username=data["username"], name=data["name"], email=data["email"], password=data["password"], secret=secret
        )
    except ApplicationError as error:
        is_weak = error.code == "error-password-policy-not-met"
        form.add_error("password" if is_weak else None, error.message if is_weak else str(TAKEN))
        return False
    return True


def welcome() -> str:
    """Return what the new user must do next."""
    rules = SignInSettings.current()
    if rules.manually_approve:
        return _("Your account was created. You can sign in as soon as an administrator has activated it.")
    if rules.email_verification:
        return _("Your account was created. Open the link in the e-mail that we have sent to you, then sign in.")
    return _("Your account was created. Sign in with it.")
