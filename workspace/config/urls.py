"""Every address of the site."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("workspace.pages.urls")),
    path("", include("push.pages.urls")),
    path("", include("push.gateway.urls")),
    path("admin/settings/", include("workspace.pages.settings.urls")),
    path("admin/", admin.site.urls),
]
