"""The addresses of what the Push settings page shows beside the settings."""

from django.urls import path

from push.pages.settings import panel, testing

urlpatterns = [
    path("gateways/", panel.gateways, name="push_gateways"),
    path("problems/", panel.problems_found, name="push_problems"),
    path("test/", testing.start, name="push_test_start"),
    path("test/<int:pk>/", testing.result, name="push_test_result"),
]
