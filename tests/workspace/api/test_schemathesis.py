"""Generated valid and invalid requests: never an internal error, and always a response as declared."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, connection
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, settings
from schemathesis import GenerationMode
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
from tests.factories import RoomFactory, UserFactory, direct_room, message_in
from tests.sources import source_of
from tests.webhooks import webhook_of
from workspace.models import RoomType, Subscription, User
from workspace.services.message_marks.pins import message_pin
from workspace.services.message_marks.reactions import reaction_set
from workspace.services.message_marks.reports import message_report

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


# Names of parameters that identify a row.
ROOM_IDS, MESSAGE_IDS = ("roomId", "rid"), ("messageId", "msgId", "mid", "tmid", "startingFromId", "firstUnreadMessage")
NAMES = {*ROOM_IDS, *MESSAGE_IDS, "roomName", "userId", "userIds", "username", "usernames", "user", "roleId", "role"}
NAMES |= {"integrationId", "setting_id", "members", "mentionIds", "starredIds", "ids", "reportId", "tokenName"}


def ids_of(operation: Any) -> set[str]:
    """Return the names of the parameters of an operation that identify a row."""
    text = json.dumps(operation.get("requestBody", {}))
    names = {parameter["name"] for parameter in operation.get("parameters", ())}
    for reference in re.findall(r"#/components/schemas/(\w+)", text):
        text += json.dumps(described["components"]["schemas"][reference])
    return NAMES & {*names, *re.findall(r'"(\w+)": {', text)}


def schema_of(paths: dict[str, Any]) -> Any:
    """Return the API's schema, restricted to these paths."""
    loaded = schemathesis.openapi.from_dict(json.loads(json.dumps({**described, "paths": paths})))
    loaded.app = get_wsgi_application()
    loaded.config.generation.update(with_security_parameters=False)
    return loaded


# PostgreSQL accepts fewer values than SQLite. What else these tests assert is the same on both.
EXAMPLES = 8 if connection.vendor == "postgresql" else 5
described: Any = SchemaGenerator().get_schema(request=None, public=True)
schema = schema_of(described["paths"])
about_rows = schema_of(
    {
        path: {verb: operation for verb, operation in operations.items() if ids_of(operation)}
        for path, operations in described["paths"].items()
        if any(map(ids_of, operations.values()))
    }
)
about_rows.config.generation.update(modes=[GenerationMode.POSITIVE])


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
    client = ApiClient(user)
    # Endpoints for events identify their caller by this key, and ignore the other headers.
    client.headers["Authorization"] = f"Bearer {source_of(user).key}"
    return client


@pytest.mark.thorough
@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
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


Rows = dict[str, tuple[str, ...]]


@pytest.fixture
def rows(admin: ApiClient) -> Rows:
    """The ids and names of rows of every kind, by the names of parameters. The rooms are those of the caller."""
    caller = User.objects.get(public_id=admin.headers["X-User-Id"])
    ana = UserFactory(public_id="anaanaanaanaana17", username="ana")
    channel = RoomFactory(public_id="channelchannel017", name="stage", creator=caller, members=[caller, ana])
    group = RoomFactory(
        public_id="groupgroupgroup17", name="staff", type=RoomType.PRIVATE, creator=caller, members=[caller, ana]
    )
    direct = direct_room(caller, ana)
    Subscription.objects.filter(user=caller).update(is_owner=True)
    thread = message_in(channel, ana, "hello @all", public_id="messagemessage017")
    message_in(channel, caller, "reply", parent=thread)
    own = message_in(group, caller, "mine", public_id="ownmessage0000017")
    reaction_set(user=ana, message=thread, emoji=":tada:")
    message_pin(user=caller, message=thread)
    report = message_report(reporter=ana, public_id=thread.public_id, description="Look")
    messages, people = (thread.public_id, own.public_id), (ana.public_id, caller.public_id)
    return {
        "channels": (channel.public_id,),
        "groups": (group.public_id,),
        "im": (direct.public_id,),
        "dm": (direct.public_id,),
        **dict.fromkeys(ROOM_IDS, (channel.public_id, group.public_id, direct.public_id)),
        **dict.fromkeys(MESSAGE_IDS, messages),
        "roomName": (channel.name, group.name),
        **dict.fromkeys(("userId", "userIds", "mentionIds", "starredIds", "ids"), people),
        **dict.fromkeys(("username", "usernames", "user", "members"), (ana.username, caller.username)),
        **dict.fromkeys(("roleId", "role"), ("moderator", "user")),
        "integrationId": (webhook_of(caller, channels="#stage").integration.public_id,),
        "setting_id": ("Push_enable", "Site_Name"),
        "reportId": (report.public_id,),
        "tokenName": ("bot",),
        "sort": ('{"ts": -1}', '{"name": 1}'),
    }


def filled(value: Any, rows: Rows, name: str = "") -> Any:
    """Return generated parameters with the ids and names of rows that exist."""
    if isinstance(value, dict):
        return {key: filled(item, rows, key) for key, item in value.items()}
    if isinstance(value, list):
        return [filled(item, rows, name) for item in value]
    known = rows.get(name)
    return known[len(value) % len(known)] if known and isinstance(value, str) else value


@pytest.mark.thorough
@about_rows.parametrize()
@settings(
    max_examples=5,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@pytest.mark.usefixtures("_connection_kept")
def test_answers_about_rows_that_exist_as_declared(case: schemathesis.Case, admin: ApiClient, rows: Rows) -> None:
    kind = case.path.rpartition("/")[2].partition(".")[0]
    if kind in rows:
        rows = rows | dict.fromkeys(ROOM_IDS, rows[kind])
    if kind == "integrations":
        rows = rows | {"type": ("webhook-incoming",), "channel": ("#stage",)}
    for part in ("path_parameters", "query", "body"):
        if isinstance(generated := getattr(case, part), dict):
            setattr(case, part, filled(generated, rows))
    case.call_and_validate(headers=admin.headers, checks=CHECKS[:5])
