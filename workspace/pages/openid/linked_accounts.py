"""My Account: the providers that the account is linked to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from workspace.errors import ApplicationError
from workspace.openid.providers import openid_providers
from workspace.pages.layout import page_context
from workspace.pages.reader import reader_of
from workspace.services.people.external_accounts import external_links, external_unlink


@dataclass(frozen=True, slots=True)
class LinkedAccount:
    """A link as the page shows it."""

    key: int
    label: str
    since: datetime
    used_at: datetime


def has_linked_accounts(request: HttpRequest) -> bool:
    """Return True if there are providers. This is checked on every page, so it queries no links."""
    return request.user.is_authenticated and bool(openid_providers())


@login_required
@require_GET
def linked_accounts(request: HttpRequest) -> HttpResponse:
    """Show the account's links, and the providers that it can be linked to."""
    providers = openid_providers()
    labels = {provider.issuer: provider.label for provider in providers}
    links = list(external_links(reader_of(request)))
    linked = {link.provider for link in links}
    context = {
        **page_context(request, title=_("Linked sign-ins")),
        "linked": [
            LinkedAccount(
                link.pk,
                labels.get(link.provider) or urlsplit(link.provider).hostname or link.provider,
                link.date_joined,
                link.last_login,
            )
            for link in links
        ],
        "providers": [provider for provider in providers if provider.issuer not in linked],
    }
    return TemplateResponse(request, "pages/openid/linked_accounts.html", context)


@login_required
@require_POST
def linked_account_remove(request: HttpRequest, key: int) -> HttpResponse:
    """Remove a link of the account."""
    try:
        external_unlink(user=reader_of(request), key=key)
    except ApplicationError:
        messages.error(
            request,
            _("This is your only way to sign in. Link another one first, or ask an administrator for a password."),
        )
    else:
        messages.success(request, _("The link was removed."))
    return HttpResponseRedirect(reverse("linked-accounts"))
