"""The page where users delete their own accounts, if the workspace allows it."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from workspace.errors import ApplicationError
from workspace.models import SignInSettings
from workspace.pages.account.password import password_field
from workspace.pages.layout import page_context
from workspace.pages.reader import reader_of
from workspace.services.people.deletion import own_account_delete, rooms_left_by


class DeletionForm(forms.Form):
    """Asks for the password."""

    password = password_field(gettext_lazy("Current password"), autocomplete="current-password")


def may_delete_account(_request: HttpRequest) -> bool:
    """Return True if users may delete their own accounts."""
    return SignInSettings.current().delete_own_account


@sensitive_post_parameters("password")
@login_required
@require_http_methods(["GET", "POST"])
def account_deletion(request: HttpRequest) -> HttpResponse:
    """Show what deleting the account does, and delete it with the password."""
    if not may_delete_account(request):
        raise PermissionDenied
    user, form = reader_of(request), DeletionForm(request.POST or None)
    if form.is_valid():
        try:
            own_account_delete(user=user, password=form.cleaned_data["password"], may_be_last_owner=True)
        except ApplicationError as error:
            form.add_error("password", problem_of(error))
        else:
            logout(request)
            messages.success(request, _("Your account was deleted."))
            return HttpResponseRedirect(reverse("sign-in"))
    left = rooms_left_by(user)
    context = {
        **page_context(request, title=_("Delete my account")),
        "form": form,
        "to_change_owner": left.to_change_owner,
        "to_remove": left.to_remove,
    }
    return TemplateResponse(request, "pages/account/deletion.html", context)


def problem_of(error: ApplicationError) -> str:
    """Return why the account was not deleted."""
    if error.code == "error-invalid-password":
        return _("This is not your password.")
    if error.code == "error-too-many-requests":
        return _("Too many attempts. Try again in 15 minutes.")
    return _("You are the only administrator of the workspace. Make somebody else one first.")
