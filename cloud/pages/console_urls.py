"""URLs of the console's pages that do not belong to a model."""

from django.urls import path

from cloud.pages.traffic import console_home, traffic

urlpatterns = [
    path("cloud/", console_home, name="console_home"),
    path("traffic/", traffic, name="cloud_traffic"),
]
