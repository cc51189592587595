"""The e-mail addresses of an account: adding, verifying and removing them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from workspace.errors import ApplicationError
from workspace.models import EmailAddress, MailKind
from workspace.pages.account.profile import may_change_own_addresses, profile_form, profile_response
from workspace.pages.form_data import parse_key, posted_text
from workspace.pages.layout import page_context
from workspace.pages.reader import reader_of
from workspace.services.addresses import (
    address_add,
    address_of_token,
    address_remove,
    address_verify,
    verification_mails_exceeded,
)
from workspace.services.people.requested_mails import mail_request

SECTION = "#addresses"


def own_addresses_check() -> None:
    """Raise PermissionDenied if users may not change their addresses."""
    if not may_change_own_addresses():
        raise PermissionDenied


def redirect_to_addresses() -> HttpResponse:
    """Return a redirect to the list of addresses."""
    return HttpResponseRedirect(reverse("profile") + SECTION)


@login_required
@require_POST
def address_new(request: HttpRequest) -> HttpResponse:
    """Add an address to the user's account, or resend the verification link (`again`: the address's key)."""
    user = reader_of(request)
    resend_key = posted_text(request, "again")
    existing = own_or_404(request, resend_key) if resend_key else None
    if existing is None:
        own_addresses_check()
    address = existing.address if existing else posted_text(request, "address")
    if verification_mails_exceeded(user=user, address=address):
        messages.error(request, _("You have requested too many e-mails. Try again in an hour."))
        return redirect_to_addresses()
    if existing:
        email = existing
        mail_request(kind=MailKind.VERIFICATION, reference=email.pk)
    else:
        try:
            email = address_add(user=user, address=address)
        except ValidationError as error:
            return profile_response(request, profile_form(user), address=address, problem=" ".join(error.messages))
    messages.success(
        request, _("We have sent an e-mail to %(address)s. Open the link in it.") % {"address": email.address}
    )
    return redirect_to_addresses()


@login_required
@require_http_methods(["GET", "POST"])
def address_delete(request: HttpRequest, key: str) -> HttpResponse:
    """Remove an address of the user after confirmation."""
    own_addresses_check()
    email = own_or_404(request, key)
    if request.method == "POST":
        address_remove(email=email)
        messages.success(request, _("%(address)s was removed.") % {"address": email.address})
        return redirect_to_addresses()
    context = page_context(request, title=_("Remove %(address)s?") % {"address": email.address})
    return TemplateResponse(request, "pages/account/address_delete.html", {**context, "place": reverse("profile")})


def own_or_404(request: HttpRequest, key: str) -> EmailAddress:
    """Return an address of the user; raises Http404 for any other."""
    email = EmailAddress.objects.filter(user=reader_of(request), pk=parse_key(key) or 0).first()
    if email is None:
        raise Http404
    return email


@require_http_methods(["GET", "POST"])
def address_verification(request: HttpRequest, token: str) -> HttpResponse:
    """Verify an address after confirmation. GET changes nothing, because mail programs open links."""
    context: dict[str, Any] = page_context(request, title=_("Verify your e-mail address"))
    try:
        context["email"] = address_verify(token=token) if request.method == "POST" else address_of_token(token)
    except ApplicationError:
        return TemplateResponse(request, "pages/account/address_verify.html", {**context, "email": None}, status=404)
    context["is_done"] = request.method == "POST"
    return TemplateResponse(request, "pages/account/address_verify.html", context)
