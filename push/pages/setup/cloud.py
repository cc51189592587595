"""The step about the registration with a cloud, which the push gateway needs."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminEmailInputWidget

from cloud.pages.connectivity import ACTIONS, connected, status_context
from cloud.pages.forms import PastedField
from cloud.selectors.terms import own_consent, own_consent_missing, own_terms
from cloud.services.own_registration import registration_poll, workspace_connect
from cloud.services.registration_requests import registration_token_create
from push.pages.setup.base import AdministratorOnly, StepView, add_error, step_url
from push.pages.setup.forms import SettingsForm
from push.selectors.setup.steps import CLOUD, STEPS
from push.services.setup.progress import step_complete, step_skip
from workspace.errors import ApplicationError
from workspace.pages.settings.base import origin_of
from workspace.roles import is_cloud
from workspace.services.settings import settings_save

CLOUD_URL = "Cloud_Url"


class CloudForm(SettingsForm):
    """The cloud's address, and what each way to register needs. A way requires its own field only."""

    email = forms.EmailField(
        label=_("E-mail address"),
        required=False,
        max_length=254,
        widget=UnfoldAdminEmailInputWidget({"autocomplete": "email"}),
        help_text=_("The cloud sends a link to this address. Open it to connect this workspace."),
    )
    token = PastedField(
        label=_("Registration token"),
        required=False,
        max_length=2000,
        help_text=_("From the cloud's console or its operator. A token works once."),
    )
    blob = PastedField(
        label=_("Registration file"),
        required=False,
        max_length=20_000,
        help_text=_("For a server that cannot reach the cloud. The cloud's console creates the file."),
    )

    def __init__(self, **arguments: Any) -> None:
        super().__init__([CLOUD_URL], **arguments)

    def draft(self) -> dict[str, str]:
        """Return what was entered, without the token and the file."""
        return {name: value for name, value in super().draft().items() if name not in ("token", "blob")}


class CloudStep(StepView):
    """Register, read the terms and agree to them."""

    step = next(step for step in STEPS if step.name == CLOUD)
    template_name = "push/setup/cloud.html"

    def make_form(self, **arguments: Any) -> CloudForm:
        form = CloudForm(**arguments)
        email = self.actor.emails.first()
        form.fields["email"].initial = email.address if email else ""
        return form

    def extra(self) -> dict[str, Any]:
        status = status_context(self.request)
        return {
            **status,
            "is_needed": self.step.is_needed(),
            "is_cloud": is_cloud(),
            "terms": own_terms(),
            "consent": own_consent(),
            "consent_missing": own_consent_missing(),
            "default_go": "next" if status["status"].connection or status["is_in_progress"] else "register",
        }

    def save_and_go_on(self) -> HttpResponse:
        """Go on; without a registration, this counts as skipped."""
        (step_complete if self.step.is_done(self.state) else step_skip)(step=CLOUD)
        return HttpResponseRedirect(step_url(self.neighbour(1)))

    def act_register(self) -> HttpResponse:
        """Register by e-mail."""
        return self.run("register", "email")

    def act_connect(self) -> HttpResponse:
        """Register by a token."""
        return self.run("connect", "token")

    def act_file(self) -> HttpResponse:
        """Register by a file."""
        return self.run("file", "blob")

    def act_cancel(self) -> HttpResponse:
        """Cancel a registration by e-mail."""
        return self.run("cancel")

    def act_look(self) -> HttpResponse:
        """Check whether the e-mail was confirmed, for browsers without scripts."""
        return self.run("look")

    def act_sync(self) -> HttpResponse:
        """Fetch the terms."""
        return self.run("sync")

    def act_agree(self) -> HttpResponse:
        """Agree to the terms."""
        return self.run("agree")

    def act_own(self) -> HttpResponse:
        """Register with the cloud in this installation."""
        form = self.make_form(data=self.request.POST)
        form.is_valid()
        if not self.request.user.has_perm(ACTIONS["connect"].permission) or not is_cloud():
            raise PermissionDenied
        try:
            _token, text = registration_token_create(note="set-up")
            workspace_connect(token=text, actor=self.actor)
        except ApplicationError as error:
            add_error(form, error)
            return self.show(form)
        messages.success(self.request, connected())
        return HttpResponseRedirect(step_url(CLOUD))

    def run(self, name: str, field: str = "") -> HttpResponse:
        """Run an action of the page Connectivity services; `field` is what it needs."""
        action = ACTIONS[name]
        if not self.request.user.has_perm(action.permission):
            raise PermissionDenied
        form = self.make_form(data=self.request.POST)
        form.is_valid()
        if field and not form.data.get(field, "").strip():
            form.add_error(field, form.fields[field].error_messages["required"])
        if field and (form.has_error(field) or form.has_error(CLOUD_URL)):
            return self.show(form)
        try:
            if name == "register":
                settings_save(values=form.values(), origin=origin_of(self.request))
            result = action.run(self.actor, None, {field: form.cleaned_data.get(field)} if field else {})
        except ApplicationError as error:
            add_error(form, error)
            return self.show(form)
        messages.success(self.request, str(result))
        return HttpResponseRedirect(step_url(CLOUD))


class CloudStatus(AdministratorOnly):
    """Continues a registration in progress; polled by the step, which is reloaded when it is finished."""

    def post(self, request: HttpRequest) -> HttpResponse:
        if not request.user.has_perm(ACTIONS["look"].permission):
            raise PermissionDenied
        # The status includes any error.
        with suppress(ApplicationError):
            if registration_poll():
                connected()
        context = status_context(request)
        if not context["is_in_progress"]:
            return HttpResponse(headers={"HX-Redirect": step_url(CLOUD)})
        return render(request, "push/setup/cloud_status.html", context)
