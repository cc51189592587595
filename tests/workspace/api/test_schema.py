"""The OpenAPI schema, and the page generated from it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

WITHOUT_BODY = (
    *("cloud.syncWorkspace", "/logout", "/presence.enableBroadcast", "/push.test"),
    "/users.totp.enable",
    *("/users.logoutOtherClients", "/users.removeOtherTokens"),
)


@pytest.fixture
def schema() -> dict[str, Any]:
    schema: dict[str, Any] = Client().get("/api/schema").json()
    return schema


def operations(schema: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(path, method, found) for path, methods in schema["paths"].items() for method, found in methods.items()]


def test_the_schema_is_valid_and_generated_without_warnings() -> None:
    GENERATOR_STATS.reset()
    validate_schema(SchemaGenerator().get_schema(request=None, public=True))
    assert not GENERATOR_STATS._warn_cache
    assert not GENERATOR_STATS._error_cache


@pytest.mark.parametrize("address", ["/api/schema", "/api/schema/"])
def test_the_schema_is_public_as_an_openapi_document(address: str) -> None:
    response = Client().get(address)
    assert response["Content-Type"] == "application/vnd.oai.openapi+json"
    assert response.json()["openapi"].startswith("3.")


def test_every_endpoint_is_in_it_once(schema: dict[str, Any]) -> None:
    routes = {
        f"/{resolver.pattern}{pattern.pattern}".replace("<str:", "{").replace("<path:", "{").replace(">", "}")
        for resolver in get_resolver().url_patterns
        if str(resolver.pattern) in ("api/", "api/v1/")
        for pattern in resolver.url_patterns
    }
    endpoints = {route for route in routes if route.startswith(("/api/v1/", "/api/info")) and not route.endswith("/")}
    assert endpoints == set(schema["paths"])
    assert not [path for path in schema["paths"] if path.endswith("/")]


def test_every_operation_declares_parameters_and_responses(schema: dict[str, Any]) -> None:
    for path, method, operation in operations(schema):
        assert operation["summary"], path
        assert operation["responses"]["200"]["content"], path
        assert {"400", "401", "403", "413", "429"} <= operation["responses"].keys(), path
        if method != "get" and not path.endswith(WITHOUT_BODY):
            assert operation["requestBody"]["content"], path


def test_describes_which_operations_require_a_sign_in(schema: dict[str, Any]) -> None:
    public = {path for path, _method, operation in operations(schema) if not operation.get("security")}
    assert {"/api/info", "/api/v1/login"} <= public
    assert "/api/v1/me" not in public


def test_the_schema_describes_which_parameters_are_required(schema: dict[str, Any]) -> None:
    schemas = schema["components"]["schemas"]
    assert schemas["PostMessageParams"]["anyOf"] == [{"required": ["roomId"]}, {"required": ["channel"]}]
    assert schemas["DirectCreateParams"]["oneOf"] == [{"required": ["username"]}, {"required": ["usernames"]}]


def test_the_schema_contains_an_array_of_targets(schema: dict[str, Any]) -> None:
    kinds = schema["components"]["schemas"]["PostMessageParams"]["properties"]["channel"]["oneOf"]
    assert [kind["type"] for kind in kinds] == ["string", "array"]


@pytest.mark.parametrize("address", ["/api/docs", "/api/docs/"])
def test_the_page_shows_every_endpoint_and_loads_nothing_from_elsewhere(address: str, schema: dict[str, Any]) -> None:
    response = Client().get(address)
    page = response.text
    assert response.status_code == 200
    for path, method, _operation in operations(schema):
        assert f"{method.upper()} {path}" in page
    assert "message.rid" in page
    assert 'src="http' not in page
    assert '<link href="http' not in page


def test_the_page_is_for_people_who_are_signed_in_as_well() -> None:
    client = Client()
    client.force_login(UserFactory(), backend="workspace.authentication.NameOrEmailBackend")
    assert client.get("/api/docs").status_code == 200
