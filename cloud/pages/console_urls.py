"""The addresses of the cloud's console that are no model's pages."""

from django.urls import path

from cloud.pages.traffic import console_home, traffic

urlpatterns = [
    path("cloud/", console_home, name="console_home"),
    path("traffic/", traffic, name="cloud_traffic"),
]
