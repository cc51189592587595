"""The API's description, for programs and for people."""

from __future__ import annotations

from django.urls import path

from workspace.api.description import schema_view
from workspace.api.docs import docs

urlpatterns = [
    path("schema", schema_view, name="api-schema"),
    path("schema/", schema_view),
    path("docs", docs, name="api-docs"),
    path("docs/", docs),
]
