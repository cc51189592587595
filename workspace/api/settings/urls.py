"""The addresses of the settings' endpoints."""

from django.urls import path

from workspace.api.settings import views

urlpatterns = [
    path("settings.public", views.SettingsPublicApi.as_view()),
    path("settings", views.SettingsApi.as_view()),
    path("settings/<str:setting_id>", views.SettingApi.as_view()),
]
