"""Adding, renaming and removing one's passkeys."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from workspace.errors import ApplicationError, NotAllowedError
from workspace.pages.account.confirmation import confirmed_only, not_allowed
from workspace.pages.form_data import posted_text
from workspace.pages.layout import page_context
from workspace.pages.reader import reader_of
from workspace.services.sign_ins.passkeys import (
    MAX_PASSKEYS,
    passkey_add,
    passkey_begin,
    passkey_remove,
    passkey_rename,
    passkeys_of,
)

SECTION = "#passkeys"


def redirect_to_passkeys() -> HttpResponse:
    """Return a redirect to the list of passkeys."""
    return HttpResponseRedirect(reverse("security") + SECTION)


@never_cache
@login_required
@require_POST
@confirmed_only
def passkey_options(request: HttpRequest) -> HttpResponse:
    """Return the options with which the browser creates a passkey, as JSON."""
    try:
        return JsonResponse(passkey_begin(user=reader_of(request)))
    except NotAllowedError:
        return JsonResponse({"error": _("This workspace does not offer this.")}, status=403)
    except ApplicationError:
        sentence = _("You have %(count)d passkeys already. Remove one of them first.")
        return JsonResponse({"error": sentence % {"count": MAX_PASSKEYS}}, status=400)


@login_required
@require_POST
@confirmed_only
def passkey_new(request: HttpRequest) -> HttpResponse:
    """Add the passkey that the browser has created."""
    try:
        passkey_add(
            user=reader_of(request), name=posted_text(request, "name"), response=request.POST.get("response", "")
        )
    except NotAllowedError:
        return not_allowed(request)
    except ApplicationError:
        messages.error(request, _("The passkey could not be added. Try again."))
    else:
        messages.success(request, _("The passkey was added. You can now sign in with it."))
    return redirect_to_passkeys()


@login_required
@require_POST
@confirmed_only
def passkey_naming(request: HttpRequest, key: int) -> HttpResponse:
    """Rename a passkey."""
    if not passkey_rename(user=reader_of(request), key=key, name=posted_text(request, "name")):
        raise Http404
    messages.success(request, _("The passkey was renamed."))
    return redirect_to_passkeys()


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
@confirmed_only
def passkey_delete(request: HttpRequest, key: int) -> HttpResponse:
    """Remove a passkey after a question."""
    user = reader_of(request)
    passkey = passkeys_of(user).filter(pk=key).first()
    if passkey is None:
        raise Http404
    if request.method == "POST":
        passkey_remove(user=user, key=key)
        messages.success(request, _("The passkey was removed."))
        return redirect_to_passkeys()
    title = _("Remove the passkey “%(name)s”?") % {"name": passkey.wrap().name}
    context = {**page_context(request, title=title), "place": reverse("security")}
    return TemplateResponse(request, "pages/account/passkey_delete.html", context)
