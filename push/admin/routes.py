"""Admin pages of routes: how each app's devices are reached, paused routes, and the apps' own routes."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from push.admin.keys_form import ALL_KEY_FIELDS, SECRETS, key_fieldsets
from push.admin.provider_form import ProviderSetupForm
from push.admin.route_forms import AppRouteForm
from push.models import AppRoute, RouteState
from push.providers.provider import Provider
from push.providers.registry import providers, providers_by_route
from push.selectors.checklist import default_route_checks
from push.selectors.provider_values import ENABLED, is_enabled, stored_values
from push.selectors.route_overview import known_apps, paused_routes, pauses
from push.sending.breaker import route_resume
from push.services.alerts.sending import alert_test
from push.services.provider_values import provider_configure
from workspace.admin.base import ModelAdmin
from workspace.api.throttling import Rate, usage_count
from workspace.pages.settings.forms import CLEAR_SUFFIX

# Test alerts per user.
TEST_RATE = Rate(5, 60_000)


@admin.register(AppRoute)
class AppRouteAdmin(ModelAdmin):
    """The list is a custom page, because it shows all apps, not only those with their own route."""

    form = AppRouteForm
    conditional_fields = {
        "gateway": "kind == 'gateway'",
        **dict.fromkeys((*ALL_KEY_FIELDS, *(name + CLEAR_SUFFIX for name in SECRETS)), "kind == 'direct'"),
    }

    def get_fieldsets(self, request: HttpRequest, obj: AppRoute | None = None) -> Any:
        return ((None, {"fields": [("app_name", "kind"), "gateway"]}), *key_fieldsets(obj))

    def get_urls(self) -> list[URLPattern]:
        resume = path("resume/<int:pk>/", self.admin_site.admin_view(self.resume_view), name="push_approute_resume")
        setup = path(
            "provider/<str:kind>/", self.admin_site.admin_view(self.provider_view), name="push_approute_provider"
        )
        return [resume, setup, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show every app and its route."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        query = request.GET.get("q", "").strip()[:255]
        apps, more = known_apps(query)
        context = {
            "title": _("Routes"),
            "apps": apps,
            "more": more,
            "query": query,
            "pauses": pauses(),
            "setups": [(provider, is_enabled(provider)) for provider in providers() if provider.setup],
            "checks": list(default_route_checks(paused_routes())),
            "may_add": self.has_add_permission(request),
            "may_change": self.has_change_permission(request),
        }
        return self._page(request, "admin/push/routes.html", context)

    def provider_view(self, request: HttpRequest, kind: str) -> HttpResponse:
        """Set a provider up, or turn it off."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        provider = providers_by_route().get(kind)
        if provider is None or provider.setup is None:
            raise Http404
        if request.method == "POST" and "test_alert" in request.POST:
            alert_results_show(request, provider)
            return redirect("admin:push_approute_provider", kind)
        form = ProviderSetupForm(request.POST or None, setup=provider.setup, stored=stored_values(kind))
        if request.method == "POST" and form.is_valid():
            provider_configure(kind=kind, is_enabled=form.cleaned_data[ENABLED], values=form.values())
            messages.success(request, _("%(provider)s is saved.") % {"provider": provider.setup.title})
            return redirect("admin:push_approute_changelist")
        context: dict[str, Any] = {"title": provider.setup.title, "text": provider.setup.text, "form": form}
        context["has_alerts"] = bool(provider.alerts and provider.alerts.addresses())
        return self._page(request, "admin/push/provider.html", context)

    def resume_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask for confirmation (GET), or resume a paused route (POST)."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        state = get_object_or_404(RouteState, pk=pk, paused_at__isnull=False)
        if request.method != "POST":
            matching = [pause for pause in pauses() if pause.state.pk == pk]
            context = {"title": _("Resume the route"), "state": state, "pause": matching[0] if matching else None}
            return self._page(request, "admin/push/route_resume.html", context)
        route_resume(state=state)
        messages.success(request, _("The route is active again. Waiting notifications are sent now."))
        return redirect("admin:push_approute_changelist")

    def _page(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        request.current_app = self.admin_site.name
        whole = {**self.admin_site.each_context(request), "opts": self.opts, "media": self.media, **context}
        return TemplateResponse(request, template, whole)


def alert_results_show(request: HttpRequest, provider: Provider) -> None:
    """Send a test alert, and show what became of it."""
    if usage_count(TEST_RATE, f"alert-test:{request.user.pk}").exceeded:
        messages.error(request, _("Too many tests. Wait a minute and try again."))
        return
    for result in alert_test(provider=provider):
        if result.is_accepted:
            messages.success(request, _("%(address)s accepted the test alert.") % {"address": result.name})
        else:
            values = {"address": result.name, "problem": gettext(result.answer.detail)}
            messages.error(request, _("%(address)s: %(problem)s") % values)
