"""The second step of signing in to an account with a second factor: its code."""

from __future__ import annotations

from typing import Any, Self

from django import forms
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.signals import user_login_failed
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods
from unfold.widgets import UnfoldAdminTextInputWidget

from workspace.models import User
from workspace.pages.layout import page_context
from workspace.pages.lockout import locked_out
from workspace.pages.time_zone import browser_time_zone_accept
from workspace.security.lockout import attempt_begin
from workspace.selectors.accounts import needs_verified_address, second_factors_of, user_by_sign_in_name
from workspace.services.known_clients import browser_remember
from workspace.services.people.email_codes import email_code_request
from workspace.services.second_factor import EMAIL, code_accept

BACKEND = "workspace.authentication.NameOrEmailBackend"
SALT = "workspace.sign_in_code"
# How long after the password the code is accepted (seconds).
MAX_AGE = 600
# Which codes an account can enter, if it is not just those of an app.
HELP_TEXTS = {
    (EMAIL,): gettext_lazy("The six digits that we have sent to your e-mail address."),
    ("totp", EMAIL): gettext_lazy(
        "The six digits that your authenticator app shows, one of your recovery codes, or a code sent by e-mail."
    ),
}


class CodeForm(forms.Form):
    """Asks for the code. `account` is a signed statement that the account's password was correct."""

    # Whether the account can have a code sent by e-mail.
    sends_codes = False

    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=32,
        help_text=gettext_lazy("The six digits that your authenticator app shows, or one of your recovery codes."),
        widget=UnfoldAdminTextInputWidget(
            attrs={"autofocus": True, "autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}
        ),
    )
    account = forms.CharField(max_length=512, widget=forms.HiddenInput)
    next = forms.CharField(required=False, widget=forms.HiddenInput)
    time_zone = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    @classmethod
    def asking(cls, *, name: str, following: str, time_zone: str) -> Self:
        """Return the empty form for the account with this name, and the page that follows the sign-in."""
        user = user_by_sign_in_name(name)
        statement = [user.pk, user.get_session_auth_hash()] if user else []
        form = cls(initial={"account": signing.dumps(statement, salt=SALT), "next": following, "time_zone": time_zone})
        return form.describe(user) if user else form

    def describe(self, user: User) -> Self:
        """Describe the codes that the account can enter, and return the form."""
        methods = tuple(second_factors_of(user))
        self.sends_codes = EMAIL in methods
        self.fields["code"].help_text = HELP_TEXTS.get(methods, self.fields["code"].help_text)
        return self

    def stated_user(self) -> User | None:
        """Return the account if it is active, and its password was correct recently and has not changed since."""
        try:
            key, auth_hash = signing.loads(self.data.get("account", ""), salt=SALT, max_age=MAX_AGE)
        except (signing.BadSignature, ValueError):
            return None
        user = User.objects.filter(pk=key, is_active=True).first()
        return user if user and constant_time_compare(user.get_session_auth_hash(), auth_hash) else None


@never_cache
@sensitive_post_parameters("code", "account")
@require_http_methods(["GET", "POST"])
def sign_in_code(request: HttpRequest) -> HttpResponse:
    """Sign in with the code. Wrong ones count as failed sign-ins."""
    form = CodeForm(request.POST)
    user = form.stated_user()
    if user is None:
        if request.method == "POST":
            messages.error(request, _("This took too long. Sign in again."))
        return HttpResponseRedirect(reverse("sign-in"))
    if needs_verified_address(user):
        messages.error(request, _("Verify your e-mail address first, with the link that we have sent to it."))
        return HttpResponseRedirect(reverse("sign-in"))
    form.describe(user)
    if "send" in request.POST:
        code_send(request, user)
        hidden = {name: form.data.get(name, "") for name in ("account", "next", "time_zone")}
        return code_page(request, CodeForm(initial=hidden).describe(user))
    if not form.is_valid():
        return code_page(request, form)
    if not attempt_begin(request, {"username": user.username}):
        return locked_out(request)
    if not code_accept(user=user, code=form.cleaned_data["code"]):
        user_login_failed.send(__name__, credentials={"username": user.username}, request=request)
        form.add_error("code", _("This code is wrong or was used before. Wait for the next one."))
        return code_page(request, form)
    login(request, user, backend=BACKEND)
    browser_time_zone_accept(request, form.cleaned_data["time_zone"])
    response = HttpResponseRedirect(following_page(request, form.cleaned_data["next"]))
    browser_remember(request=request, response=response, user=user)
    return response


def code_send(request: HttpRequest, user: User) -> None:
    """Send another code by e-mail, and show the result on the page."""
    if email_code_request(user=user):
        messages.success(request, _("We have sent another code to your e-mail address."))
    else:
        messages.error(request, _("Too many codes were sent. Try again later."))


def code_page(request: HttpRequest, form: CodeForm) -> TemplateResponse:
    """Return the page with the form."""
    context: dict[str, Any] = {**page_context(request, title=_("Sign in")), "form": form}
    return TemplateResponse(request, "pages/sign_in_code.html", context)


def following_page(request: HttpRequest, address: str) -> str:
    """Return the address if it belongs to this site, else that of the home page."""
    is_own = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if is_own else reverse("home")
