"""The first page of a new installation: the set-up code and the first administrator."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from push.pages.setup.base import resume_url, setup_page
from push.pages.setup.forms import AdministratorForm
from push.selectors.setup.progress import accepts_code, progress_current, state_of
from push.selectors.setup.steps import ADMINISTRATOR
from push.services.setup.administrator import administrator_by_code, administrator_skip
from workspace.errors import ApplicationError
from workspace.pages.form_data import posted_text
from workspace.services.known_clients import browser_remember, client_address
from workspace.services.settings import EDIT_PERMISSION

# The field that an error of the service concerns.
FIELDS = {
    "error-setup-code": "code",
    "error-invalid-username": "username",
    "error-invalid-email": "email",
    "error-password-policy-not-met": "password",
}


@sensitive_post_parameters("password", "password__staged", "code")
@require_http_methods(["GET", "POST"])
def setup(request: HttpRequest) -> HttpResponse:
    """Ask for the code and the administrator. Once there is one, continue the wizard for users who may."""
    if not accepts_code():
        return setup_resume(request)
    if request.method == "POST" and posted_text(request, "go") == "skip":
        return skip(request)
    form = AdministratorForm(request.POST or None)
    if form.is_valid() and (response := administrator_created(request, form)):
        return response
    return first_page(request, form)


def first_page(request: HttpRequest, form: AdministratorForm) -> HttpResponse:
    """Show the form."""
    context = {"form": form, "staged": form.staged(), "site_url": settings.SITE_URL}
    return setup_page(
        request, "push/setup/administrator.html", title=_("Set up Callboard"), step=ADMINISTRATOR, context=context
    )


def setup_resume(request: HttpRequest) -> HttpResponse:
    """Continue the wizard where it was left; others go to the page that they may see."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.path)
    if not request.user.has_perm(EDIT_PERMISSION):
        raise PermissionDenied
    return HttpResponseRedirect(resume_url(state_of(progress_current())))


def administrator_created(request: HttpRequest, form: AdministratorForm) -> HttpResponse | None:
    """Create the administrator, sign them in and return the redirect to the next step; None with errors in the form."""
    data = form.cleaned_data
    try:
        user = administrator_by_code(
            code=data["code"],
            caller=client_address(request) or "",
            username=data["username"],
            name=data["name"],
            email=data["email"],
            password=form.secret("password"),
            time_zone=data["time_zone"],
        )
    except ApplicationError as error:
        field = FIELDS.get(error.code) or str(error.details.get("field") or "")
        form.add_error(field if field in form.fields else None, error.message or error.code)
        return None
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[-1])
    response = HttpResponseRedirect(resume_url(state_of(progress_current())))
    browser_remember(request=request, response=response, user=user)
    return response


def skip(request: HttpRequest) -> HttpResponse:
    """Open the site without an administrator, for people who know the code."""
    form = AdministratorForm(request.POST)
    form.is_valid()
    try:
        administrator_skip(code=posted_text(request, "code"), caller=client_address(request) or "")
    except ApplicationError as error:
        form.errors.clear()
        form.add_error("code", error.message or error.code)
        return first_page(request, form)
    return HttpResponseRedirect(reverse("sign-in"))
