"""URLs of the push gateway."""

from django.urls import re_path

from push.gateway.protocols.registry import path_pattern
from push.gateway.views import gateway_view

urlpatterns = [re_path(rf"\A{path_pattern()}", gateway_view)]
