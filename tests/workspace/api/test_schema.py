"""The OpenAPI schema, and the page generated from it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema
from jsonschema import Draft202012Validator

from tests.api_client import ApiClient
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

WITHOUT_BODY = (
    *("cloud.syncWorkspace", "/logout", "/presence.enableBroadcast", "/push.test"),
    *("/users.totp.enable", "/users.2fa.enableEmail", "/users.2fa.disableEmail"),
    *("/users.logoutOtherClients", "/users.removeOtherTokens"),
)


@pytest.fixture
def schema() -> dict[str, Any]:
    schema: dict[str, Any] = Client().get("/api/schema").json()
    return schema


def operations(schema: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(path, method, found) for path, methods in schema["paths"].items() for method, found in methods.items()]


@pytest.mark.thorough
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
        for site in get_resolver().url_patterns
        for resolver in site.url_patterns
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


def test_every_operation_has_an_example_that_its_schema_accepts(schema: dict[str, Any]) -> None:
    shared = {"components": schema["components"]}
    contents = [
        (f"{method} {path}", content)
        for path, method, operation in operations(schema)
        for body in (operation.get("requestBody", {}), operation["responses"]["200"])
        for content in body.get("content", {}).values()
    ]
    assert len(contents) > len(schema["paths"])
    for name, content in contents:
        problems = list(Draft202012Validator({**content["schema"], **shared}).iter_errors(content["example"]))
        assert not problems, f"{name}: {problems[0].message}. Add the field to workspace/api/examples.py."


def test_every_error_has_an_example_in_its_shape(schema: dict[str, Any]) -> None:
    shared = {"components": schema["components"]}
    for response in schema["components"]["responses"].values():
        content = response["content"]["application/json"]
        Draft202012Validator({**content["schema"], **shared}).validate(content["example"])


def test_the_examples_of_errors_are_the_real_answers(schema: dict[str, Any]) -> None:
    examples = {
        name: response["content"]["application/json"]["example"]
        for name, response in schema["components"]["responses"].items()
    }
    api = ApiClient(UserFactory())
    assert Client().get("/api/v1/me").json() == examples["SignInRequired"]
    assert api.get("no.such").json() == examples["NotFound"]
    assert api.get("licenses.get").json() == examples["PermissionMissing"]
    assert api.get("rooms.info").status_code == 400


def test_every_group_of_operations_is_described(schema: dict[str, Any]) -> None:
    used = {tag for _path, _method, operation in operations(schema) for tag in operation["tags"]}
    assert used == {tag["name"] for tag in schema["tags"]}, "Describe it in TAGS (workspace/api/schema.py)."


@pytest.mark.parametrize("address", ["/api/docs", "/api/docs/"])
def test_the_page_for_trying_endpoints_loads_nothing_from_elsewhere(address: str) -> None:
    response = Client().get(address)
    assert response.status_code == 200
    assert 'data-schema="/api/schema"' in response.text
    assert "swagger-ui-bundle" in response.text
    assert 'src="http' not in response.text
    assert '<link href="http' not in response.text


def test_the_plain_page_shows_every_endpoint(schema: dict[str, Any]) -> None:
    page = Client().get("/api/docs/plain").text
    for path, method, _operation in operations(schema):
        assert f"{method.upper()} {path}" in page
    assert "message.rid" in page


def test_the_quick_start_shows_a_program_in_each_language() -> None:
    page = Client().get("/api/docs/quick-start").text
    for part in ("curl -fsS", "import requests", "new WebSocket(", "OkHttpClient()", "import Foundation"):
        assert part in page
    assert page.count("push.ack") == 5


def test_the_pages_are_for_people_who_are_signed_in_as_well() -> None:
    client = Client()
    client.force_login(UserFactory(), backend="workspace.authentication.NameOrEmailBackend")
    for address in ("/api/docs", "/api/docs/plain", "/api/docs/quick-start"):
        assert client.get(address).status_code == 200
