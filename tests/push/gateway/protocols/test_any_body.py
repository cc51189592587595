"""Whatever a server sends is either understood or refused: no body makes a protocol fail."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from push.gateway.apps import Apps, NamedApp
from push.gateway.protocols.generic.requests import send_parse
from push.gateway.protocols.matrix import payload as matrix
from push.gateway.protocols.matrix import protocol as matrix_protocol
from push.gateway.protocols.matrix.requests import notification_parse
from push.gateway.protocols.mattermost import protocol as mattermost_protocol
from push.gateway.protocols.mattermost.requests import push_parse
from push.gateway.requests import PushRequest
from push.providers.apple.payload import apns_payload
from push.providers.google.payload import fcm_message
from push.providers.protocol import APN
from push.providers.pushes import PayloadTooLargeError
from tests.push.gateway.protocols import test_generic, test_matrix, test_mattermost
from workspace.errors import ApplicationError

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)
APPLE = {**test_matrix.device(), "data": {"default_payload": {"aps": {"alert": {"body": "x"}, "sound": "y"}}}}
NOTIFICATION = {**test_matrix.EXAMPLE, "devices": [APPLE, test_matrix.ANDROID]}
DEVICES = [test_generic.IPHONE, test_generic.ANDROID]
GENERIC = {"notification": {**test_generic.NOTIFICATION, "data": {"a": 1}}, "devices": DEVICES}


@st.composite
def spoiled(draw: st.DrawFn, document: Any) -> Any:
    """Generate the document with something else at one of its places."""
    if not isinstance(document, dict | list) or not document or draw(st.integers(0, 4)) == 0:
        return draw(ANYTHING)
    items = document.items() if isinstance(document, Mapping) else enumerate(document)
    place = draw(st.sampled_from([name for name, _value in items]))
    copy = document.copy()
    copy[place] = draw(spoiled(document[place]))
    return copy


class EveryApp(Apps):
    """Serves every app with both services."""

    def named(self, name: str, *, type: str) -> NamedApp:
        return NamedApp(type, name)


def handled(parse: Callable[[bytes], list[PushRequest | None]], document: Any) -> None:
    """Parse the body and build the payloads of its pushes."""
    try:
        orders = parse(json.dumps(document).encode())
    except ApplicationError:
        return
    for order in orders:
        if order is not None:
            with suppress(PayloadTooLargeError):
                json.dumps(apns_payload(order.push) if order.push.type == APN else fcm_message(order.push))


def matrix_orders(body: bytes) -> list[PushRequest | None]:
    notification = notification_parse(body)
    for device in notification.devices:
        assert matrix.apple_shows(notification, device) in (True, False)
    return [matrix_protocol.order_of(notification, device) for device in notification.devices]


def generic_orders(body: bytes) -> list[PushRequest | None]:
    entries = send_parse(body, idempotency_key="k", apps=EveryApp())
    return [entry.requested if isinstance(entry.requested, PushRequest) else None for entry in entries]


@pytest.fixture(scope="module")
def _every_app() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for protocol in (matrix_protocol, mattermost_protocol):
            patch.setattr(protocol, "apps_current", EveryApp())
        yield


@pytest.mark.thorough
@pytest.mark.usefixtures("_every_app")
@settings(max_examples=150)
@given(data=st.data())
def test_no_body_makes_a_protocol_fail(data: st.DataObject) -> None:
    handled(matrix_orders, data.draw(spoiled({"notification": NOTIFICATION})))
    handled(lambda body: [mattermost_protocol.order_of(push_parse(body))], data.draw(spoiled(test_mattermost.MESSAGE)))
    handled(generic_orders, data.draw(spoiled(GENERIC)))
