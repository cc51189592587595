"""The page for one's second factors: authenticator app, recovery codes, codes by e-mail, and passkeys."""

from __future__ import annotations

import base64
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from unfold.widgets import UnfoldAdminTextInputWidget

from workspace.errors import ApplicationError, NotAllowedError
from workspace.models import GeneralSettings, SignInSettings, User
from workspace.pages.account.confirmation import confirmed_only, not_allowed
from workspace.pages.layout import page_context
from workspace.pages.reader import reader_of
from workspace.selectors.accounts import (
    authenticators_of,
    has_email_codes,
    has_totp,
    recovery_codes_remaining,
    second_factors_of,
)
from workspace.selectors.sign_ins.requirements import needs_second_factor
from workspace.services.people.email_codes import email_codes_disable, email_codes_enable
from workspace.services.second_factor import (
    app_remove,
    pending_secret,
    recovery_codes_replace,
    second_factor_enable,
    second_factor_prepare,
)
from workspace.services.sign_ins.passkeys import passkeys_of

# Below this number, the page suggests new recovery codes.
FEW_CODES = 4


class AppCodeForm(forms.Form):
    """Asks for the first code of the authenticator app."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=32,
        help_text=gettext_lazy("The six digits that the app shows now."),
        widget=UnfoldAdminTextInputWidget(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}
        ),
    )


@never_cache
@login_required
@require_http_methods(["GET"])
def security(request: HttpRequest) -> HttpResponse:
    """Show the second factors and passkeys of the account."""
    user, rules = reader_of(request), SignInSettings.current()
    remaining = recovery_codes_remaining(user)
    context = {
        **page_context(request, title=_("Security")),
        "is_required": needs_second_factor(user),
        "has_factors": rules.second_factors,
        "app": authenticators_of(user, Authenticator.Type.TOTP).first(),
        "remaining": remaining,
        "has_few": remaining < FEW_CODES,
        "offers_mail": rules.email_codes,
        "has_mail": has_email_codes(user),
        "address": user.emails.filter(verified=True).first(),
        "has_passkeys": rules.passkeys,
        "passkeys": list(passkeys_of(user)) if rules.passkeys else [],
        "is_unprotected": not second_factors_of(user),
    }
    return TemplateResponse(request, "pages/account/security.html", context)


@login_required
@require_POST
@confirmed_only
def app_begin(request: HttpRequest) -> HttpResponse:
    """Generate a secret for an authenticator app, and show it."""
    try:
        second_factor_prepare(user=reader_of(request))
    except NotAllowedError:
        return not_allowed(request)
    except ApplicationError:
        return HttpResponseRedirect(reverse("security"))
    return HttpResponseRedirect(reverse("app-setup"))


@never_cache
@sensitive_post_parameters("code")
@login_required
@require_http_methods(["GET", "POST"])
@confirmed_only
def app_setup(request: HttpRequest) -> HttpResponse:
    """Show the secret as a QR code, and activate it with the first code. Then show the recovery codes, once."""
    user = reader_of(request)
    secret = pending_secret(user=user)
    if secret is None:
        messages.error(request, _("This took too long. Begin again."))
        return HttpResponseRedirect(reverse("security"))
    form = AppCodeForm(request.POST or None)
    if form.is_valid():
        try:
            codes = second_factor_enable(user=user, code=form.cleaned_data["code"])
        except ApplicationError as error:
            form.add_error("code", code_problem(error))
        else:
            messages.success(request, _("Your authenticator app is set up. Your apps were signed out."))
            return codes_page(request, user, codes)
    picture = base64.b64encode(get_adapter().build_totp_svg(secret.url).encode()).decode()
    context = {
        **page_context(request, title=_("Set up an authenticator app")),
        "form": form,
        "picture": f"data:image/svg+xml;base64,{picture}",
        "groups": [secret.secret[start : start + 4] for start in range(0, len(secret.secret), 4)],
        "url": secret.url,
    }
    return TemplateResponse(request, "pages/account/app_setup.html", context)


def code_problem(error: ApplicationError) -> str:
    """Return why the first code was not accepted."""
    if error.code == "error-too-many-requests":
        return _("Too many attempts. Try again in 15 minutes.")
    return _("This code is wrong. Check the clock of your phone, and enter the code that the app shows now.")


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
@confirmed_only
def app_removal(request: HttpRequest) -> HttpResponse:
    """Remove the authenticator app and the recovery codes after a question."""
    user = reader_of(request)
    if not has_totp(user):
        return HttpResponseRedirect(reverse("security"))
    if request.method == "POST":
        app_remove(user=user)
        messages.success(request, _("Your authenticator app was removed."))
        return HttpResponseRedirect(reverse("security"))
    context = {**page_context(request, title=_("Remove the authenticator app?")), "place": reverse("security")}
    return TemplateResponse(request, "pages/account/app_removal.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
@confirmed_only
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Replace the recovery codes after a question, and show the new ones, once."""
    user = reader_of(request)
    if not has_totp(user):
        return HttpResponseRedirect(reverse("security"))
    if request.method == "POST":
        return codes_page(request, user, recovery_codes_replace(user=user))
    context = {**page_context(request, title=_("Make new recovery codes?")), "place": reverse("security")}
    return TemplateResponse(request, "pages/account/recovery_codes_ask.html", context)


def codes_page(request: HttpRequest, user: User, codes: list[str]) -> TemplateResponse:
    """Return the page with new recovery codes, which cannot be shown again. The file to download is part of it."""
    name = GeneralSettings.current().site_name
    heading = _("Recovery codes of %(username)s for %(site)s, %(date)s") % {
        "username": user.username,
        "site": name,
        "date": f"{timezone.localdate():%Y-%m-%d}",
    }
    text = "\r\n".join([heading, _("Each code can be used once."), "", *codes, ""])
    context: dict[str, Any] = {
        **page_context(request, title=_("Recovery codes")),
        "codes": codes,
        "file": f"data:text/plain;charset=utf-8;base64,{base64.b64encode(text.encode()).decode()}",
    }
    return TemplateResponse(request, "pages/account/recovery_codes.html", context)


@login_required
@require_POST
@confirmed_only
def email_codes(request: HttpRequest) -> HttpResponse:
    """Turn codes by e-mail on (`on`) or off."""
    user = reader_of(request)
    if "on" not in request.POST:
        email_codes_disable(user=user)
        messages.success(request, _("Signing in no longer requires codes by e-mail."))
        return HttpResponseRedirect(reverse("security"))
    try:
        email_codes_enable(user=user)
    except NotAllowedError:
        return not_allowed(request)
    except ApplicationError:
        messages.error(request, _("Verify an e-mail address first."))
    else:
        messages.success(request, _("Signing in now requires a code that we send to your e-mail address."))
    return HttpResponseRedirect(reverse("security"))
