"""The API documentation for people: Swagger UI, a plain page generated from the schema, and the quick start."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.functional import Promise
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from workspace.api.description import Schema, api_schema, schema_view
from workspace.pages.layout import page_context


@dataclass(frozen=True, slots=True)
class Program:
    """A program of the quick start: `file` is in templates/workspace/quick_start/."""

    name: str
    label: str
    file: str
    needs: str | Promise

    @property
    def text(self) -> str:
        """Return the program's source."""
        return (settings.BASE_DIR / "templates" / "workspace" / "quick_start" / self.file).read_text()


PROGRAMS = (
    Program("curl", "curl", "curl.sh", gettext_lazy("Needs curl and jq.")),
    Program("python", "Python", "python.py", gettext_lazy("Needs the packages requests and websockets.")),
    Program(
        "javascript",
        "JavaScript",
        "javascript.mjs",
        gettext_lazy("Runs in Node.js, and in browsers."),
    ),
    Program("kotlin", "Kotlin", "kotlin.kt", gettext_lazy("Needs OkHttp and org.json.")),
    Program("swift", "Swift", "swift.swift", gettext_lazy("Needs nothing but Foundation, on Apple's platforms.")),
)


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Show the endpoints with Swagger UI, where they can be tried."""
    return render(request, "workspace/api_docs.html", page_context(request, title=_("API")))


@require_safe
def quick_start(request: HttpRequest) -> HttpResponse:
    """Show programs that receive a notification and reply."""
    context = {**page_context(request, title=_("Quick start")), "programs": PROGRAMS}
    return render(request, "workspace/api_quick_start.html", context)


@require_safe
def plain_docs(request: HttpRequest) -> HttpResponse:
    """Show every endpoint with its parameters and response on one page."""
    schema = api_schema()
    context = {
        **page_context(request, title=_("API")),
        "description": schema["info"]["description"],
        "operations": list(operations_of(schema)),
    }
    return render(request, "workspace/api_plain_docs.html", context)


def operations_of(schema: Schema) -> Iterator[dict[str, Any]]:
    """Yield the operations in the schema, prepared for the template."""
    for address, methods in schema["paths"].items():
        for method, operation in methods.items():
            yield {
                "anchor": operation["operationId"],
                "method": method.upper(),
                "path": settings.SITE_PATH + address,
                "summary": operation.get("summary", ""),
                "description": code_mark(operation.get("description", "")),
                "is_public": {} in operation.get("security", [{}]),
                "parameters": [*query_fields(operation), *body_fields(operation.get("requestBody", {}), schema)],
                "answer": list(body_fields(operation["responses"]["200"], schema)),
            }


def query_fields(operation: Schema) -> Iterator[dict[str, Any]]:
    """Yield the query parameters."""
    for parameter in operation.get("parameters", []):
        described = parameter["schema"] | {"description": parameter.get("description", "")}
        yield field_of(parameter["name"], described, required=parameter.get("required", False))


def body_fields(body: Schema, schema: Schema) -> Iterator[dict[str, Any]]:
    """Yield the fields of a request or response body."""
    for content in list(body.get("content", {}).values())[:1]:
        yield from object_fields(content["schema"], schema)


def object_fields(described: Schema, schema: Schema, prefix: str = "") -> Iterator[dict[str, Any]]:
    """Yield the fields of an object, including those of nested objects, with dotted names."""
    resolved = resolve(described, schema)
    for name, declared in resolved.get("properties", {}).items():
        field = resolve(declared, schema)
        yield field_of(prefix + name, field, required=name in resolved.get("required", []))
        inner = resolve(field["items"], schema) if field.get("type") == "array" else field
        mark = "[]." if inner is not field else "."
        yield from object_fields(inner, schema, prefix + name + mark)


def resolve(described: Schema, schema: Schema) -> Schema:
    """Return the schema that a reference points to, merged with the keys next to the reference."""
    references = [described, *described.get("allOf", [])]
    reference = next((part["$ref"] for part in references if "$ref" in part), None)
    if reference is None:
        return described
    siblings = {key: value for key, value in described.items() if key not in {"$ref", "allOf"}}
    component: Schema = schema["components"]["schemas"][reference.rsplit("/", 1)[1]]
    return component | siblings


def field_of(name: str, described: Schema, *, required: bool) -> dict[str, Any]:
    """Return a field, prepared for the template."""
    alternatives = [part.get("type", "") for part in described.get("oneOf", [])]
    return {
        "name": name,
        "type": described.get("format") or described.get("type") or " | ".join(alternatives),
        "choices": [choice for choice in described.get("enum", []) if choice not in {"", None}],
        "max_length": described.get("maxLength"),
        "required": required,
        "description": code_mark(described.get("description", "")),
    }


def code_mark(text: str) -> SafeString:
    """Return the text as HTML, with parts in backticks as code."""
    parts = text.split("`")
    marked = [("code" if index % 2 else "span", part) for index, part in enumerate(parts) if part]
    return format_html_join("", "<{0}>{1}</{0}>", marked)


urlpatterns = [
    path("schema", schema_view, name="api-schema"),
    path("schema/", schema_view),
    path("docs", docs, name="api-docs"),
    path("docs/", docs),
    path("docs/plain", plain_docs, name="api-plain-docs"),
    path("docs/quick-start", quick_start, name="api-quick-start"),
]
