"""URLs of the additions to the Push settings page."""

from django.urls import path

from push.pages.settings import panel, testing

urlpatterns = [
    path("gateways/", panel.gateways, name="push_gateways"),
    path("problems/", panel.dashboard_problems, name="push_problems"),
    path("test/", testing.start, name="push_test_start"),
    path("test/<int:pk>/", testing.result, name="push_test_result"),
]
