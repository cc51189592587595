"""The e-mail addresses of an account: adding, verifying and removing them."""

from __future__ import annotations

import hashlib
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from workspace.cache import call_count
from workspace.errors import ApplicationError
from workspace.models import EmailAddress, User
from workspace.pages.account.profile import profile_form, profile_response
from workspace.pages.form_data import parse_key, posted_text
from workspace.pages.layout import page_context
from workspace.pages.reader import reader_of
from workspace.services.addresses import address_add, address_of_token, address_remove, address_verify
from workspace.waking import verification_mail_later

# The number of verification e-mails that an account may request, and that an unverified address may receive from all
# accounts together, in this many seconds.
MAX_MAILS, IN_SECONDS = 10, 3600
SECTION = "#addresses"


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
    address = existing.address if existing else posted_text(request, "address")
    if mails_exceeded(user, address):
        messages.error(request, _("You have requested too many e-mails. Try again in an hour."))
        return redirect_to_addresses()
    if existing:
        email = existing
        verification_mail_later(email_pk=email.pk)
    else:
        try:
            email = address_add(user=user, address=address)
        except ValidationError as error:
            return profile_response(request, profile_form(user), address=address, problem=" ".join(error.messages))
    messages.success(
        request, _("We have sent an e-mail to %(address)s. Open the link in it.") % {"address": email.address}
    )
    return redirect_to_addresses()


def mails_exceeded(user: User, address: str) -> bool:
    """Count an e-mail to the address; returns True if the limit of the account or the address is exceeded."""
    address_digest = hashlib.sha256(address.lower().encode()).hexdigest()
    names = (f"by:{user.pk}", f"to:{address_digest}")
    return max(call_count(f"address-mails:{name}", seconds=IN_SECONDS) for name in names) > MAX_MAILS


@login_required
@require_http_methods(["GET", "POST"])
def address_delete(request: HttpRequest, key: str) -> HttpResponse:
    """Remove an address of the user after confirmation."""
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
