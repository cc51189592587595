"""The API's description, for programs and for people."""

from __future__ import annotations

from django.urls import path
from drf_spectacular.views import SpectacularJSONAPIView

from workspace.api.docs import docs

schema = SpectacularJSONAPIView.as_view(authentication_classes=[], permission_classes=[])

urlpatterns = [
    path("schema", schema, name="api-schema"),
    path("schema/", schema),
    path("docs", docs, name="api-docs"),
    path("docs/", docs),
]
