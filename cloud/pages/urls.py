"""URLs of the cloud's public pages."""

from django.urls import path

from cloud.pages.confirm import registration_confirm

urlpatterns = [path("cloud/confirm/<str:confirmation>/", registration_confirm, name="cloud-confirm")]
