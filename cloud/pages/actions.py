"""Actions of the cloud's pages. Each has a page that asks for confirmation and input, then runs the action."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.cache import add_never_cache_headers
from django.utils.functional import Promise

from workspace.addresses import documentation_url
from workspace.errors import ApplicationError
from workspace.models import User
from workspace.pages.settings.base import admin_page

Text = str | Promise


@dataclass(frozen=True, slots=True)
class RevealedSecrets:
    """Secrets that are shown once for copying and are not stored, with a name for each.

    `guide` is the page of the documentation that explains their use, if there is one.
    """

    title: Text
    explanation: Text
    texts: Mapping[Text, str] = field(repr=False)
    guide: str = ""

    @property
    def guide_url(self) -> str:
        return documentation_url(self.guide) if self.guide else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageAction:
    """An action of an administrator on a target: the connection, the licence, or a registered workspace.

    `run` is called with the actor, the target, and the form's cleaned values. It returns a success message or secrets
    to show, and may raise ApplicationError. `permission` is the permission that the actor needs.
    """

    title: Text
    question: Text
    permission: str
    run: Callable[[User, Any, dict[str, Any]], Text | RevealedSecrets]
    form: type[forms.Form] | None = None
    is_dangerous: bool = False


def action_page(
    request: HttpRequest, action: PageAction | None, *, target: Any, back: str, heading: Text = ""
) -> HttpResponse:
    """Show the action's question and form, and run the action on POST; then redirect to `back`.

    Raises Http404 if `action` is None, and PermissionDenied if the user lacks the action's permission.
    """
    if action is None:
        raise Http404
    if not request.user.has_perm(action.permission):
        raise PermissionDenied
    assert isinstance(request.user, User)
    is_sent = request.method == "POST"
    form = action.form(request.POST if is_sent else None) if action.form else None
    if is_sent and (form is None or form.is_valid()):
        try:
            result = action.run(request.user, target, form.cleaned_data if form else {})
        except ApplicationError as error:
            messages.error(request, error.message or error.code)
        else:
            if isinstance(result, RevealedSecrets):
                return revealed_page(request, result, back=back)
            messages.success(request, str(result))
            return redirect(back)
    context = {"action": action, "form": form, "back": back, "heading": heading}
    return private(admin_page(request, "cloud/action.html", action.title, context))


def revealed_page(request: HttpRequest, revealed: RevealedSecrets, *, back: str) -> HttpResponse:
    """Show secrets, for the only time."""
    context = {"revealed": revealed, "texts": revealed.texts.items(), "back": back}
    return private(admin_page(request, "cloud/revealed.html", revealed.title, context))


def private(response: HttpResponse) -> HttpResponse:
    """Keep browsers and proxies from caching the page, because it may contain secrets."""
    add_never_cache_headers(response)
    return response
