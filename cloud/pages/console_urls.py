"""The addresses of the cloud's console that are no model's pages."""

from django.urls import path

from cloud.pages.traffic import traffic

urlpatterns = [path("traffic/", traffic, name="cloud_traffic")]
