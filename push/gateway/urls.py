"""The addresses of the push gateway service."""

from django.urls import re_path

from push.gateway.answering import PATH
from push.gateway.views import gateway_view

urlpatterns = [re_path(rf"\A{PATH}", gateway_view)]
