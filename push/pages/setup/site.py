"""The step about the workspace: its description, and its address, which is checked by a real request."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from push.pages.setup.base import AdministratorOnly, StepView
from push.pages.setup.forms import TIME_ZONE, SettingsForm, StagingForm
from push.selectors.setup.steps import STEPS, WORKSPACE
from push.services.setup.site_address import probe_is_valid, site_address_check
from workspace.cache import call_count
from workspace.pages.form_data import posted_text
from workspace.pages.settings.base import origin_of
from workspace.services.settings import settings_save

SETTINGS = ("Site_Name", "Organization_Type", "Size", "Country", "Language", TIME_ZONE)
# Checks of the address by one administrator in this many seconds: each sends a request.
MAX_CHECKS, IN_SECONDS = 30, 60


class WorkspaceStep(StepView):
    """Name, type, size, country, language and time zone, and whether `SITE_URL` is right."""

    step = next(step for step in STEPS if step.name == WORKSPACE)
    template_name = "push/setup/workspace.html"

    def make_form(self, **arguments: Any) -> SettingsForm:
        form = SettingsForm(SETTINGS, **arguments)
        zone = form.fields[TIME_ZONE]
        # The administrator's own time zone, as the browser reported it, is a better guess than UTC.
        if zone.initial == "UTC" and not zone.disabled and WORKSPACE not in self.state.completed:
            zone.initial = self.actor.time_zone or zone.initial
        return form

    def save(self, form: StagingForm) -> None:
        assert isinstance(form, SettingsForm)
        settings_save(values=form.values(), origin=origin_of(self.request))

    def extra(self) -> dict[str, Any]:
        return {"site_url": settings.SITE_URL, "is_verified": self.state.is_verified(settings.SITE_URL)}

    def act_check(self) -> HttpResponse:
        """Check the address, for browsers without scripts."""
        return self.show(self.make_form(data=self.request.POST), findings=site_address_check())


class AddressCheck(AdministratorOnly):
    """Checks the address for the script of the page, which knows what the browser shows."""

    def post(self, request: HttpRequest) -> HttpResponse:
        if call_count(f"setup-address:{request.user.pk}", seconds=IN_SECONDS) > MAX_CHECKS:
            return HttpResponse(status=429)
        findings = site_address_check(seen=posted_text(request, "seen"))
        return render(request, "push/setup/findings.html", {"findings": findings})


@require_GET
def echo(request: HttpRequest) -> HttpResponse:
    """Return how this request arrived. Only a probe that this server has just made is answered."""
    probe = request.GET.get("probe", "")
    if not probe_is_valid(probe):
        raise Http404
    return JsonResponse(
        {
            "probe": probe,
            "scheme": request.scheme,
            "host": request.get_host(),
            "client": request.META.get("REMOTE_ADDR", ""),
            "forwardedFor": request.headers.get("X-Forwarded-For", ""),
        }
    )
