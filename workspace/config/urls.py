"""Every address of the site."""

from django.contrib import admin
from django.urls import include, path, re_path

from workspace.api.fallback import endpoint_unknown
from workspace.pages.sign_in import AdminSignInView

urlpatterns = [
    path("", include("workspace.pages.urls")),
    path("", include("preferences.pages.urls")),
    path("", include("push.pages.urls")),
    path("", include("push.gateway.urls")),
    path("api/v1/", include("workspace.api.settings.urls")),
    path("api/", include("workspace.api.urls")),
    path("api/", include("push.api.urls")),
    path("api/", include("workspace.api.description_urls")),
    re_path(r"^api/", endpoint_unknown),
    path("admin/login/", AdminSignInView.as_view()),
    path("admin/settings/push/", include("push.pages.settings.urls")),
    path("admin/settings/", include("workspace.pages.settings.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "workspace.api.fallback.bad_request"
handler403 = "workspace.api.fallback.permission_denied"
handler404 = "workspace.api.fallback.page_not_found"
handler500 = "workspace.api.fallback.server_error"
