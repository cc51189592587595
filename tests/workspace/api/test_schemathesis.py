"""Generated valid and invalid requests: never an internal error, and always a response as declared."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from tests.api_client import ApiClient
from tests.factories import RoomFactory, UserFactory

# Only these tests need the plugin, which is slow to load.
pytest_plugins = ["schemathesis.pytest.plugin"]

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
    unsupported_method,
    ignored_auth,
]


described: Any = SchemaGenerator().get_schema(request=None, public=True)
schema = schemathesis.openapi.from_dict(json.loads(json.dumps(described)))
schema.app = get_wsgi_application()
schema.config.generation.update(with_security_parameters=False)


@pytest.fixture
def _connection_kept(db: None) -> Iterator[None]:
    """Keep the test's database connection open after requests, like Django's test client."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def admin(db: None) -> ApiClient:
    """A caller with all permissions, so that requests are not rejected early."""
    user = UserFactory(roles=("admin", "user"))
    RoomFactory(public_id="GENERAL", name="general", members=[user])
    return ApiClient(user)


@pytest.mark.thorough
@schema.parametrize()
@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@pytest.mark.usefixtures("_connection_kept")
def test_answers_as_declared(case: schemathesis.Case, admin: ApiClient) -> None:
    headers = {} if case.path.endswith("/logout") else admin.headers
    # Clients send additional query parameters, so only invalid bodies must be rejected.
    checks = CHECKS if case.method == "GET" else [*CHECKS, negative_data_rejection]
    case.call_and_validate(headers=headers, checks=checks)
