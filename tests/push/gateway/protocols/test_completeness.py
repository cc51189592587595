"""Every protocol is complete; a missing step of docs/adding-a-gateway-protocol.md is reported by its name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings

from cloud.gateway_protocols import protocol_choices
from push.gateway.protocols import PROTOCOLS
from push.gateway.protocols.matrix.protocol import PROTOCOL as MATRIX
from push.gateway.protocols.protocol import GatewayProtocol
from push.gateway.protocols.registry import protocols
from tests.push.gateway.protocols.test_nothing_is_stored import REQUESTS

ROOT = Path(settings.BASE_DIR)
SITE, KEY = "https://push.example.org", "k" * 43


def missing_steps(name: str, protocol: GatewayProtocol) -> Iterator[str]:
    """Yield the steps that a protocol lacks, each as an instruction."""
    description = protocol.description
    if description.name != name:
        yield "Description: its name is that of the folder."
    if not any(KEY in value for value in description.credentials(SITE, KEY).values()):
        yield "Description: `credentials` shows the key."
    if not (ROOT / "docs" / description.docs).is_file() or description.docs not in (ROOT / "mkdocs.yml").read_text():
        yield f"Documentation: write docs/{description.docs} and add it to `nav` in mkdocs.yml."
    if name != "rocketchat" and not (ROOT / "tests/push/gateway/protocols" / f"test_{name}.py").exists():
        yield f"Tests: replay the documented requests in tests/push/gateway/protocols/test_{name}.py."
    if name not in REQUESTS:
        yield "Tests: add a request to test_nothing_is_stored.py."
    for endpoint in protocol.endpoints:
        if "POST" in endpoint.methods and not endpoint.max_bytes:
            yield f"Endpoint {endpoint.path}: limit its body with `max_bytes`."


@pytest.mark.parametrize(("name", "protocol"), list(zip(PROTOCOLS, protocols(), strict=True)), ids=PROTOCOLS)
def test_no_step_is_missing(name: str, protocol: GatewayProtocol) -> None:
    missing = list(missing_steps(name, protocol))
    assert not missing, "\n".join([f"{name} is incomplete (docs/adding-a-gateway-protocol.md):", *missing])


def test_a_forgotten_step_is_named() -> None:
    undocumented = replace(MATRIX, description=replace(MATRIX.description, docs="integrate/none.md"))
    (missing,) = missing_steps("matrix", undocumented)
    assert missing.startswith("Documentation:")


def test_the_console_offers_every_protocol() -> None:
    assert [name for name, _label in protocol_choices()] == list(PROTOCOLS)
