"""Signing in with a passkey, without a password."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from workspace.cache import call_count
from workspace.errors import ApplicationError
from workspace.pages.sign_in_code import BACKEND, following_page
from workspace.pages.time_zone import browser_time_zone_accept
from workspace.selectors.accounts import needs_verified_address
from workspace.services.known_clients import browser_remember, client_address
from workspace.services.sign_ins.passkeys import passkey_accept, passkey_sign_in_begin

# The number of attempts from one address in this many seconds, which many people may share. Passkeys cannot be guessed;
# this limits how many sessions a stranger can create.
MAX_ATTEMPTS, IN_SECONDS = 600, 900


@never_cache
@require_POST
def passkey_sign_in_options(request: HttpRequest) -> HttpResponse:
    """Return the options with which the browser lets the user choose a passkey, as JSON."""
    if call_count(f"passkey-sign-in:{client_address(request)}", seconds=IN_SECONDS) > MAX_ATTEMPTS:
        return JsonResponse({"error": _("Too many attempts. Try again in 15 minutes.")}, status=429)
    try:
        return JsonResponse(passkey_sign_in_begin())
    except ApplicationError:
        return JsonResponse({"error": _("This workspace does not offer this.")}, status=403)


@never_cache
@sensitive_post_parameters("response")
@require_POST
def passkey_sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in with the browser's response.

    Failures are not counted for the account: anyone can send a response that names it, and would lock it.
    """
    try:
        user = passkey_accept(response=request.POST.get("response", ""))
    except ApplicationError:
        return refused(request, _("This passkey is not known here. Sign in with your password, and add it again."))
    if not user.is_active:
        return refused(request, _("This account is deactivated."))
    if needs_verified_address(user):
        return refused(request, _("Verify your e-mail address first, with the link that we have sent to it."))
    login(request, user, backend=BACKEND)
    browser_time_zone_accept(request, request.POST.get("time_zone", "")[:64])
    response = HttpResponseRedirect(following_page(request, request.POST.get("next", "")))
    browser_remember(request=request, response=response, user=user)
    return response


def refused(request: HttpRequest, sentence: str) -> HttpResponse:
    """Return to the sign-in page with the reason."""
    messages.error(request, sentence)
    return HttpResponseRedirect(reverse("sign-in"))
