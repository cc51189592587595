"""Every method, called with arguments that no client sends: an error at most, and never an internal one."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

from tests.api_client import NOT_SIGNED_IN, ApiClient
from tests.factories import RoomFactory, UserFactory, message_in
from tests.method_calls import call_error, call_response
from workspace.api.methods.registry import methods

pytestmark = pytest.mark.django_db

STRANGE: list[Any] = [
    None,
    True,
    0,
    -1,
    1.5,
    10**15,
    10**400,
    "",
    "nothing",
    "x" * 20_000,
    "\x00",
    "\ud800",
    "a\u202eb\U0001f600",
    "%",
    [],
    [None],
    [["x"]],
    ["x"] * 1000,
    {},
    {"_id": None, "rid": 5, "mid": [], "msg": {}, "roomId": True, "username": {}, "users": "x", "userId": ["x"]},
    {"_id": "x", "rid": "x", "mid": "x", "msg": "x", "token": {"apn": 5}, "resume": "x"},
    {"_id": "x" * 5000, "rid": "x" * 5000, "mid": "x" * 5000, "userId": "x" * 5000, "token": {"gcm": "x" * 5000}},
    {"$date": 8.64e15},
    {"$date": -8.64e15},
    {"$date": "x"},
    {"$escape": {"$date": 1}},
    {"$in": ["x"]},
    {"\x00": 1},
]
NESTED: Any = []
for _level in range(40):
    NESTED = [{"x": NESTED}]
NAMES = list(methods())


@pytest.fixture
def caller() -> ApiClient:
    """An administrator, so that calls are not refused early."""
    user = UserFactory(roles=("admin", "user"))
    room = RoomFactory(public_id="x", name="nothing", members=[user])
    message_in(room, user, public_id="x")
    client = ApiClient(user)
    # An internal error in a call raises, as the test client is informed of it.
    client.client.raise_request_exception = True
    return client


@pytest.mark.thorough
@pytest.mark.parametrize("name", [name for name in NAMES if name != "logout"])
def test_strange_arguments_never_cause_an_internal_error(caller: ApiClient, name: str) -> None:
    valid = valid_params(name)
    for position in range(max(len(valid), 1)):
        for value in [*STRANGE, NESTED]:
            call_response(caller, name, *valid[:position], value, *valid[position + 1 :])


@pytest.mark.thorough
@pytest.mark.any_database
@pytest.mark.parametrize("name", [name for name in NAMES if name != "logout"])
def test_missing_and_wrong_arguments_never_cause_an_internal_error(caller: ApiClient, name: str) -> None:
    for params in ([], [None] * 8, [{}] * 8, ["x"] * 8, [5] * 8, [[]] * 8, ["x"] * 2000, ["\x00"] * 3):
        call_response(caller, name, *params)


@pytest.mark.parametrize("name", [name for name, method in methods().items() if not method.is_anonymous])
def test_strangers_are_refused(name: str) -> None:
    client = ApiClient()
    frame = json.dumps({"msg": "method", "id": "1", "method": name, "params": []})
    response = client.post(f"method.call/{quote(name)}", message=frame)
    assert (response.status_code, response.json()) == (401, NOT_SIGNED_IN)
    assert call_error(client, name)["error"] == "error-invalid-user"


def valid_params(name: str) -> list[Any]:
    """Return arguments of the declared types."""
    values = {str: "x", bool: True, int: 1, float: 1, list: ["x"], dict: {"_id": "x", "rid": "x"}, object: "x"}
    return [values.get(argument.types[0], {"$date": 0}) for argument in methods()[name].arguments]
