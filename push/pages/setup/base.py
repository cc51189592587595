"""The frame of the wizard's steps: access, the list of steps, and what the buttons of every step do."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.views import View

from push.models import SetupState
from push.pages.setup.forms import StagingForm
from push.selectors.setup.progress import accepts_code, progress_current, state_of
from push.selectors.setup.steps import ADMINISTRATOR, SetupStep, next_open, step_names, steps_shown
from push.services.setup.progress import draft_save, setup_close, step_complete, step_skip
from workspace.errors import ApplicationError
from workspace.models import User
from workspace.pages.form_data import posted_text
from workspace.pages.layout import page_context
from workspace.pages.reader import reader_of
from workspace.services.settings import EDIT_PERMISSION
from workspace.setting_groups import SettingsGroup

FINISH = "finish"


def setup_page(request: HttpRequest, template: str, *, title: Any, step: str, context: dict[str, Any]) -> HttpResponse:
    """Respond with a page of the wizard: without the sidebar, and never cached."""
    page = page_context(request, title=title)
    full = {**page, "is_framed": False, "steps": step_lines(step), "step": step, **context}
    response = TemplateResponse(request, template, full)
    add_never_cache_headers(response)
    return response


def step_lines(current: str) -> list[dict[str, Any]]:
    """Return the steps as the list at the top shows them."""
    state = state_of(progress_current())
    may_open = not accepts_code()
    return [
        {
            "name": step.name,
            "title": step.title,
            "number": number,
            "is_current": step.name == current,
            "is_done": may_open and step.is_needed() and step.is_done(state),
            "may_open": may_open and step.name != ADMINISTRATOR,
        }
        for number, step in enumerate(steps_shown(), start=1)
    ]


def step_url(name: str) -> str:
    """Return the URL of a step, or of the last page."""
    return reverse("setup-finish") if name == FINISH else reverse("setup-step", args=[name])


def resume_url(state: SetupState) -> str:
    """Return the URL where the wizard continues."""
    step = next_open(state)
    return step_url(step.name if step else FINISH)


class AdministratorOnly(View):
    """Restricts a view to users who may change settings. While there are none, it leads to the set-up code."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if accepts_code():
            return HttpResponseRedirect(reverse("setup"))
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not request.user.has_perm(EDIT_PERMISSION):
            raise PermissionDenied
        # Another web process may have saved settings.
        SettingsGroup.forget_cached()
        return super().dispatch(request, *args, **kwargs)


class StepView(AdministratorOnly):
    """One step. A step overrides `make_form`, `save` and `extra`; its own buttons are methods named `act_…`."""

    step: SetupStep
    template_name: str

    @property
    def state(self) -> SetupState:
        return state_of(progress_current())

    @property
    def actor(self) -> User:
        return reader_of(self.request)

    def make_form(self, **arguments: Any) -> StagingForm | None:
        """Return the step's form; None if it has none."""
        return None

    def save(self, form: StagingForm) -> None:
        """Save the valid form; may raise an ApplicationError, or add errors to the form."""

    def extra(self) -> dict[str, Any]:
        """Return the context of the template in addition to the form."""
        return {}

    def get(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        return self.show(self.make_form(initial=dict(self.state.drafts.get(self.step.name, {}))))

    def post(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        go = posted_text(request, "go") or "next"
        if act := getattr(self, f"act_{go}", None):
            response: HttpResponse = act()
            return response
        if go == "next":
            return self.save_and_go_on()
        return self.leave(go)

    def save_and_go_on(self) -> HttpResponse:
        """Save the form and go to the next step; show the form again if there are errors."""
        form = self.make_form(data=self.request.POST)
        if form is not None:
            if not form.is_valid():
                return self.show(form)
            try:
                self.save(form)
            except ApplicationError as error:
                add_error(form, error)
            if form.errors:
                return self.show(form)
        return self.go_on()

    def go_on(self) -> HttpResponse:
        """Record that the step is complete, and go to the next one."""
        step_complete(step=self.step.name)
        return HttpResponseRedirect(step_url(self.neighbour(1)))

    def leave(self, go: str) -> HttpResponse:
        """Go to another step without saving; what was entered is remembered."""
        form = self.make_form(data=self.request.POST)
        if form is not None:
            draft_save(step=self.step.name, values=form.draft())
        if go == "skip":
            step_skip(step=self.step.name)
            return HttpResponseRedirect(step_url(self.neighbour(1)))
        if go == "later":
            setup_close()
            return HttpResponseRedirect(reverse("admin:index"))
        if go == "back":
            go = self.neighbour(-1)
        return HttpResponseRedirect(step_url(go if go in (*step_names(), FINISH) else self.step.name))

    def neighbour(self, distance: int) -> str:
        """Return the name of a step before or after this one; of the last page after the last step."""
        names = [*step_names()[1:], FINISH]
        return names[max(names.index(self.step.name) + distance, 0)]

    def show(self, form: forms.Form | None = None, **context: Any) -> HttpResponse:
        """Respond with the step's page."""
        context = {
            "form": form,
            "staged": form.staged() if isinstance(form, StagingForm) else {},
            "is_first": self.step.name == step_names()[1],
            **self.extra(),
            **context,
        }
        return setup_page(self.request, self.template_name, title=self.step.title, step=self.step.name, context=context)


def add_error(form: forms.Form, error: ApplicationError) -> None:
    """Show an error of a service in the form, next to the fields that it names."""
    errors = error.details.get("errors")
    if not isinstance(errors, dict):
        form.add_error(None, error.message or error.code)
        return
    for name, messages in errors.items():
        for message in messages:
            form.add_error(name if name in form.fields else None, message)
