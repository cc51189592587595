"""Confirming one's identity before changes of the second factor, with the password or a code."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods
from unfold.widgets import UnfoldAdminTextInputWidget

from workspace.errors import ApplicationError, SecondFactorError
from workspace.models import User
from workspace.pages.account.password import password_field
from workspace.pages.layout import page_context
from workspace.pages.reader import reader_of
from workspace.pages.sign_in_code import HELP_TEXTS, code_send, following_page
from workspace.selectors.accounts import second_factors_of
from workspace.services.people.confirmation import password_matches
from workspace.services.second_factor import EMAIL, second_factor_confirm
from workspace.services.sign_ins.clients import identity_confirmed, is_identity_confirmed

Params = ParamSpec("Params")
View = Callable[Concatenate[HttpRequest, Params], HttpResponse]


class PasswordForm(forms.Form):
    """Asks for the password."""

    proof = password_field(gettext_lazy("Current password"), autocomplete="current-password")


class SecondFactorForm(forms.Form):
    """Asks for a code of the second factor, which an account that has one needs."""

    proof = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=32,
        help_text=gettext_lazy("The six digits that your authenticator app shows, or one of your recovery codes."),
        widget=UnfoldAdminTextInputWidget(
            attrs={"autofocus": True, "autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}
        ),
    )

    def __init__(self, *args: Any, methods: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["proof"].help_text = HELP_TEXTS.get(tuple(methods), self.fields["proof"].help_text)


def confirmed_only(view: View[Params]) -> View[Params]:
    """Restrict a page to users who have signed in, or proven who they are, within the last minutes.

    Others are asked for the password or a code first. Scripts receive the address of that page.
    """

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: Params.args, **kwargs: Params.kwargs) -> HttpResponse:
        if is_identity_confirmed(request=request):
            return view(request, *args, **kwargs)
        following = request.path if request.method == "GET" else reverse("security")
        target = f"{reverse('security-confirm')}?{urlencode({'next': following})}"
        if request.headers.get("Accept") == "application/json":
            return JsonResponse({"confirm": target}, status=403)
        return HttpResponseRedirect(target)

    return guarded


@never_cache
@sensitive_post_parameters("proof")
@login_required
@require_http_methods(["GET", "POST"])
def security_confirm(request: HttpRequest) -> HttpResponse:
    """Ask for the password, or a code if the account has a second factor. The requested page follows."""
    user, following = reader_of(request), request.POST.get("next") or request.GET.get("next") or reverse("security")
    methods = second_factors_of(user)
    if "send" in request.POST and EMAIL in methods:
        code_send(request, user)
        form: forms.Form = SecondFactorForm(methods=methods)
    else:
        data = request.POST or None
        form = SecondFactorForm(data, methods=methods) if methods else PasswordForm(data)
        if form.is_valid() and (problem := problem_of(user, form.cleaned_data["proof"], has_code=bool(methods))):
            form.add_error("proof", problem)
        if form.is_valid():
            identity_confirmed(request=request)
            return HttpResponseRedirect(following_page(request, following))
    context = {
        **page_context(request, title=_("Confirm that it is you")),
        "form": form,
        "next": following,
        "can_confirm": bool(methods) or user.has_usable_password(),
        "sends_codes": EMAIL in methods,
    }
    return TemplateResponse(request, "pages/account/confirm.html", context)


def problem_of(user: User, proof: str, *, has_code: bool) -> str:
    """Check the code or the password, and return what is wrong with it; empty if nothing is."""
    try:
        if has_code:
            second_factor_confirm(user=user, code=proof)
        elif not password_matches(user=user, password=proof):
            return _("This is not your password.")
    except SecondFactorError:
        return _("This code is wrong or was used before. Wait for the next one.")
    except ApplicationError:
        return _("Too many attempts. Try again in 15 minutes.")
    return ""


def not_allowed(request: HttpRequest) -> HttpResponse:
    """Return to the page with the second factors, with the message that the workspace does not offer this."""
    messages.error(request, _("This workspace does not offer this."))
    return HttpResponseRedirect(reverse("security"))
