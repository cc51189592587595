"""The last page of the wizard, and the dashboard's checklist."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from push.pages.setup.base import FINISH, AdministratorOnly, setup_page, step_url
from push.selectors.setup.progress import progress_current, state_of
from push.selectors.setup.steps import missing_steps, step_names
from push.services.setup.progress import item_dismiss, items_restore, setup_close
from workspace.pages.form_data import posted_text

# The longest key of an item.
KEY_LENGTH = 32


class FinishView(AdministratorOnly):
    """Shows what is missing, and ends the wizard."""

    def get(self, request: HttpRequest) -> HttpResponse:
        missing = missing_steps(state_of(progress_current()))
        context: dict[str, Any] = {"missing": missing, "default_go": "finish", "last": step_names()[-1]}
        return setup_page(request, "push/setup/finish.html", title=_("Set-up"), step=FINISH, context=context)

    def post(self, request: HttpRequest) -> HttpResponse:
        go = posted_text(request, "go")
        if go in step_names():
            return HttpResponseRedirect(step_url(go))
        setup_close()
        return HttpResponseRedirect(reverse("admin:index"))


class DismissView(AdministratorOnly):
    """Removes an item from the dashboard's checklist, or shows all again."""

    def post(self, request: HttpRequest) -> HttpResponse:
        key = posted_text(request, "key")
        if key and len(key) <= KEY_LENGTH:
            item_dismiss(key=key)
        elif not key:
            items_restore()
        return HttpResponseRedirect(reverse("admin:index"))
