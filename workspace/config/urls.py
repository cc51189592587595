"""The URLs of the site."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.generic import RedirectView

from workspace.api.fallback import endpoint_unknown
from workspace.pages.search import admin_search
from workspace.pages.sign_in import AdminSignInView
from workspace.roles import is_cloud, is_workspace
from workspace.server.url_lookup import RememberingResolver

# URLs of every installation: sign-in and administration.
common_patterns: list[URLPattern | URLResolver] = [
    path("", include("workspace.pages.urls_common")),
    path("setup/", include("push.pages.setup.urls")),
    path("admin/login/", AdminSignInView.as_view()),
    # Unfold's own page would not sign out the account's apps.
    path("admin/password_change/", RedirectView.as_view(pattern_name="password-change")),
    path("admin/settings/", include("workspace.pages.settings.urls")),
    path("admin/search/", admin.site.admin_view(admin_search), name="admin-search"),
]
workspace_patterns: list[URLPattern | URLResolver] = [
    path("", include("workspace.pages.urls")),
    path("", include("preferences.pages.urls")),
    path("", include("push.pages.urls")),
    path("api/v1/", include("workspace.api.settings.urls")),
    path("api/", include("workspace.api.urls")),
    path("api/", include("preferences.api.urls")),
    path("api/", include("push.api.urls")),
    path("api/", include("cloud.api.urls")),
    path("api/", include("workspace.api.docs")),
    path("", include("workspace.ddp.urls")),
    path("hooks/", include("workspace.api.integrations.urls")),
    path("admin/settings/push/", include("push.pages.settings.urls")),
    path("admin/", include("cloud.pages.admin_urls")),
]
cloud_patterns: list[URLPattern | URLResolver] = [
    path("", include("cloud.pages.urls")),
    path("", include("push.gateway.urls")),
    path("api/", include("cloud.api.service_urls")),
    path("admin/", include("cloud.pages.console_urls")),
]


to_dashboard = RedirectView.as_view(pattern_name="admin:index")


def app_labels() -> list[str]:
    """Return the apps with models in the administration."""
    return sorted({model._meta.app_label for model in admin.site._registry})


urlpatterns = [
    RememberingResolver(
        [
            *(workspace_patterns if is_workspace() else []),
            *(cloud_patterns if is_cloud() else []),
            *common_patterns,
            re_path(r"^api/", endpoint_unknown),
            # Django's app pages would only list models.
            *(path(f"admin/{label}/", admin.site.admin_view(to_dashboard)) for label in app_labels()),
            path("admin/", admin.site.urls),
        ]
    )
]

handler400 = "workspace.api.fallback.bad_request"
handler403 = "workspace.api.fallback.permission_denied"
handler404 = "workspace.api.fallback.page_not_found"
handler500 = "workspace.api.fallback.server_error"
