"""A real homeserver pushes through the gateway."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest

from tests.clients.people import Person
from tests.clients.synapse import MatrixUser, Synapse, synapse_check
from tests.fakes.installation import Installation
from tests.waiting import wait_until

pytestmark = pytest.mark.processes

TOKEN = "b0" * 32
PUSHKEY = base64.b64encode(bytes.fromhex(TOKEN)).decode()
# The sandbox answers that the provider no longer knows this device.
GONE = "dead-phone"
CREATE = """
from cloud.services.registration import gateway_key_create, workspace_register
print(gateway_key_create(workspace=workspace_register(unique_id="matrix", name="Matrix", protocol="matrix")[0]))
"""
PUSHED = """
from cloud.models import UsageCount
print(*UsageCount.objects.filter(workspace__unique_id="matrix").order_by("outcome").values_list("outcome", "count"))
"""


@pytest.fixture(scope="module")
def gateway() -> Iterator[Installation]:
    """A gateway whose last hop is the simulated phone."""
    synapse_check()
    with Installation("workspace,cloud") as installation:
        yield installation


@pytest.fixture(scope="module")
def homeserver(gateway: Installation) -> Iterator[Synapse]:
    with Synapse() as running:
        yield running


def room_of(creator: MatrixUser, *others: MatrixUser) -> str:
    room: str = creator.call("POST", "createRoom", preset="public_chat", name="Operations")["room_id"]
    for other in others:
        other.call("POST", f"join/{room}")
    return room


def test_a_message_rings_the_phone_and_reading_it_removes_the_badge(gateway: Installation, homeserver: Synapse) -> None:
    phone = Person(gateway, gateway.sign_in("bob"), "bob")
    phone.post("push.token", type="apn", value=TOKEN, appName="callboard.phone")
    browser = gateway.browser("bob")
    key = gateway.manage("shell", "-v", "0", "-c", CREATE)
    address = f"{gateway.url}/_matrix/push/v1/notify?key={key}"

    def cards() -> list[dict[str, Any]]:
        answer = browser.get(f"{gateway.url}/phone/inbox", params={"token": TOKEN}, timeout=30)
        shown: list[dict[str, Any]] = answer.json()["pushes"]
        return shown

    ana, ben = homeserver.register("ana"), homeserver.register("ben")
    room = room_of(ana, ben)
    ben.pusher_set(PUSHKEY, address)
    ben.pusher_set(GONE, address)
    event = ana.say(room, "Curtain up")
    wait_until(lambda: any("Curtain up" in card["text"] for card in cards()))
    card = next(card for card in cards() if "Curtain up" in card["text"])
    assert card["payload"]["aps"]["alert"]["loc-args"] == ["ana", "Operations", "Curtain up"]
    assert (card["badge"], card["payload"]["event_id"]) == (1, event)
    # The homeserver deletes the pusher of the device that no longer exists, and keeps the other.
    wait_until(lambda: ben.pushkeys == {PUSHKEY})
    ben.call("POST", f"rooms/{room}/receipt/m.read/{event}")
    wait_until(lambda: cards()[-1]["only_badge"] and cards()[-1]["badge"] == 0)

    ben.pusher_set(PUSHKEY, address, format="event_id_only", default_payload={"aps": {"alert": {"body": "New"}}})
    event = ana.say(room, "Second act")
    wait_until(lambda: cards()[-1]["text"] == "New")
    assert (cards()[-1]["payload"]["event_id"], "Second act" in str(cards())) == (event, False)
    assert "('accepted', 2)" in gateway.manage("shell", "-v", "0", "-c", PUSHED)
