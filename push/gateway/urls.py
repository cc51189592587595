"""URLs of the push gateway."""

from django.urls import re_path

from push.gateway.endpoints import PATH
from push.gateway.views import gateway_view

urlpatterns = [re_path(rf"\A{PATH}", gateway_view)]
