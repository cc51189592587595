"""Choosing which messages bring an e-mail, and ending e-mails by a link in one of them."""

from __future__ import annotations

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods
from unfold.widgets import UnfoldAdminSelectWidget

from preferences.models import AccountPreferences, AccountsSettings, Level
from preferences.services.accounts import account_preferences_save
from preferences.services.emails import emails_end
from preferences.unsubscribing import unsubscribing_user
from workspace.models import User
from workspace.pages.look import page_context

SAVED = "saved"


class EmailForm(forms.Form):
    """The account's choice, with the workspace's default written out."""

    email = forms.ChoiceField(
        label=gettext_lazy("E-mail notifications"), required=False, widget=UnfoldAdminSelectWidget
    )

    def __init__(self, data: dict[str, str] | None = None, *, initial: dict[str, str]) -> None:
        super().__init__(data, initial=initial)
        default = Level(AccountsSettings.current().email).label
        field = self.fields["email"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Default (%(level)s)") % {"level": default}), *Level.choices]


@login_required
@require_http_methods(["GET", "POST"])
def email_preferences(request: HttpRequest) -> HttpResponse:
    """Show the signed-in user's choice, and save it."""
    user = request.user
    assert isinstance(user, User)
    stored = AccountPreferences.objects.filter(user=user).first()
    data = request.POST.dict() if request.method == "POST" else None
    form = EmailForm(data, initial={"email": stored.email if stored else ""})
    if form.is_valid():
        account_preferences_save(user=user, email=form.cleaned_data["email"])
        return HttpResponseRedirect(f"{request.path}?{SAVED}")
    context = {**page_context(request, title=_("E-mail notifications")), "form": form, "is_saved": SAVED in request.GET}
    return TemplateResponse(request, "preferences/email.html", context)


# Mail programs post without cookies (RFC 8058, 3.2); what they prove is that they know the signed address.
@csrf_exempt
@require_http_methods(["GET", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether the e-mails shall end, and end them when the question is answered or a mail program posts."""
    user = unsubscribing_user(token)
    if user is None:
        raise Http404
    if request.method == "POST":
        emails_end(user=user)
    context = {**page_context(request, title=_("Unsubscribe")), "is_done": request.method == "POST"}
    return TemplateResponse(request, "preferences/unsubscribe.html", context)
