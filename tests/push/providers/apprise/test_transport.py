"""Sending with Apprise's own plugins: requests, and what is made of each answer."""

from __future__ import annotations

import ast
import importlib
import json
import logging
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from push.http.engine import Engine
from push.http.exchanges import NOT_PUBLIC
from push.models import Answer, Device
from push.providers.answers import SendAnswer
from push.providers.apprise.addresses import address_accept, address_check, plugin_of
from push.providers.apprise.meanings import STATUS_MEANINGS
from push.providers.apprise.services import SERVICES, plugin_class
from push.providers.apprise.transport import address_steps, push_steps
from push.providers.endpoints import EndpointError
from push.providers.routes import DevicePush
from push.providers.steps import steps_run
from push.providers.tokens import TokenError
from tests.fakes.apprise import GOTIFY_TOKEN, FakeService
from tests.fakes.gateway import Reply
from tests.push.providers.apprise.conftest import turn_on

# Modules with which a plugin could do more than make requests.
FORBIDDEN_IMPORTS = {"asyncio", "ctypes", "http", "smtplib", "socket", "ssl", "subprocess", "urllib3"}


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine(connect_timeout=20, timeout=30)
    yield engine
    engine.close()


def send(engine: Engine, address: str, text: str = "ana: disk <full>") -> SendAnswer:
    return steps_run([address_steps(address, title="#ops", text=text)], engine=engine)[0][0]


def test_gotify_and_ntfy_get_the_notification(service: FakeService, engine: Engine) -> None:
    assert send(engine, service.gotify).answer == Answer.ACCEPTED
    assert send(engine, f"ntfy://{service.host}/ops").answer == Answer.ACCEPTED
    gotify, ntfy = service.arrived
    assert gotify.body == {"priority": 5, "title": "#ops", "message": "ana: disk <full>"}
    assert gotify.headers["x-gotify-key"] == GOTIFY_TOKEN
    assert ntfy.body == {"topic": "ops", "title": "#ops", "message": "ana: disk <full>"}


def test_matrix_needs_several_requests(service: FakeService, engine: Engine) -> None:
    assert send(engine, f"matrix://token@{service.host}/!ops:example.org").answer == Answer.ACCEPTED
    last = service.arrived[-1]
    assert (last.method, last.body["msgtype"]) == ("PUT", "m.text")
    assert "disk <full>" in last.body["body"]
    assert len(service.arrived) > 1


def test_texts_are_escaped_for_services_with_html() -> None:
    steps = address_steps("tgram://123456789:abcdefg_hijklmnop/12315544", title="#ops", text="<b>full</b> & done")
    (request,) = next(steps)
    assert request.url == "https://api.telegram.org/bot123456789:abcdefg_hijklmnop/sendMessage"
    assert json.loads(request.body)["text"] == "<b>#ops</b>\r\n&lt;b&gt;full&lt;/b&gt; &amp; done"
    assert request.public_only


@pytest.mark.parametrize("meaning", STATUS_MEANINGS, ids=lambda row: str(row.status))
def test_every_listed_status_is_read(service: FakeService, engine: Engine, meaning: Any) -> None:
    service.replies.append(Reply(meaning.status, {}, {}))
    result = send(engine, service.gotify)
    assert (result.answer, result.status, result.reason) == (meaning.answer, meaning.status, meaning.reason)
    assert result.detail == str(meaning.sentence)
    assert not result.misconfigured


@pytest.mark.parametrize(
    ("status", "answer"),
    [(201, Answer.REFUSED), (302, Answer.REFUSED), (418, Answer.REFUSED), (599, Answer.RETRY)],
)
def test_other_answers_are_read_by_their_status(
    service: FakeService, engine: Engine, status: int, answer: Answer
) -> None:
    service.replies.append(Reply(status, {"Location": "http://127.0.0.1/"}, {}))
    assert send(engine, service.gotify).answer == answer
    assert len(service.arrived) == 1


def test_it_waits_as_long_as_the_service_asks(service: FakeService, engine: Engine) -> None:
    service.replies.append(Reply(429, {"Retry-After": "120"}, {}))
    assert send(engine, service.gotify).retry_after == timedelta(seconds=120)


def test_a_service_that_does_not_answer_is_tried_again(engine: Engine, settings: Any) -> None:
    settings.WEB_PUSH_PRIVATE_HOSTS = ["127.0.0.1:1"]
    assert send(engine, "gotify://127.0.0.1:1/token").answer == Answer.RETRY


def test_a_slow_service_delays_no_other(service: FakeService, engine: Engine, settings: Any) -> None:
    held = threading.Event()
    with FakeService() as slow:
        settings.WEB_PUSH_PRIVATE_HOSTS = [service.host, slow.host]
        slow.replies.append(Reply(hold=held))
        finished: list[str] = []

        def noted(name: str, address: str) -> Any:
            result = yield from address_steps(address, title="", text="x")
            finished.append(name)
            held.set()
            return result

        steps_run([noted("slow", slow.gotify), noted("quick", service.gotify)], engine=engine)
    assert finished == ["quick", "slow"]


@pytest.mark.parametrize(
    "address", ["gotifys://127.0.0.1/token", "gotifys://10.0.0.1/token", "gotify://127.0.0.1:1/token"]
)
def test_a_private_address_is_not_sent_to(engine: Engine, address: str) -> None:
    result = send(engine, address)
    assert result.answer == Answer.REFUSED
    assert result.detail == NOT_PUBLIC or result.reason == "AddressInvalid"


def test_a_service_that_is_no_longer_allowed_is_sent_nothing(service: FakeService, engine: Engine) -> None:
    device = Device(type="apprise", auth_secret=service.gotify)
    push = DevicePush(device, {"title": "#ops", "text": "x"})
    result = steps_run([push_steps(push, schemas=frozenset({"tgram"}))], engine=engine)[0][0]
    assert (result.answer, result.reason) == (Answer.REFUSED, "ServiceNotAllowed")
    assert not service.arrived


def test_the_address_is_never_logged(service: FakeService, engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    service.replies.append(Reply(401, {}, {}))
    result = send(engine, service.gotify)
    with pytest.raises(TokenError):
        plugin_of(f"{service.gotify}?template=/etc/passwd")
    assert GOTIFY_TOKEN not in caplog.text + repr(result)


@pytest.mark.django_db
class TestAddresses:
    @pytest.mark.parametrize(
        ("address", "words"),
        [
            ("json://10.0.0.1/", "Enter the address of a service"),
            ("file:///etc/passwd", "Enter the address of a service"),
            ("gotify", "Enter the address of a service"),
            ("discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js", "not allowed here"),
            ("tgram://123456789:abcdefg_hijklmnop/12315544/987654321", "exactly one receiver"),
            ("tgram://123456789:abcdefg_hijklmnop/1?template=file:///etc/passwd", "cannot be used: attach"),
            ("tgram://nonsense", "incomplete"),
        ],
    )
    def test_unusable_ones_are_explained(self, address: str, words: str) -> None:
        turn_on()
        with pytest.raises(TokenError) as error:
            address_accept(address_check(address))
        assert words in error.value.message

    @pytest.mark.parametrize("address", ["gotifys://127.0.0.1/token", "gotify://93.184.216.34/token"])
    def test_servers_must_be_public_and_use_https(self, address: str) -> None:
        turn_on()
        with pytest.raises(EndpointError):
            address_accept(address)


@pytest.mark.parametrize("service_row", SERVICES, ids=lambda row: row.module)
def test_plugins_only_make_requests(service_row: Any) -> None:
    """A later version of Apprise must not make a plugin open connections or start programs itself."""
    plugin = plugin_class(service_row)
    assert set(service_row.schemas) <= schemas_of(plugin)
    for name, module in list(sys.modules.items()):
        if name.startswith(f"apprise.plugins.{service_row.module}"):
            nodes = list(ast.walk(ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))))
            imported = {
                alias.name.partition(".")[0] for node in nodes if isinstance(node, ast.Import) for alias in node.names
            }
            imported |= {(node.module or "").partition(".")[0] for node in nodes if isinstance(node, ast.ImportFrom)}
            assert not imported & FORBIDDEN_IMPORTS
            assert getattr(module, "requests", None) is not importlib.import_module("requests")


def schemas_of(plugin: Any) -> set[str]:
    """Return the schemas that Apprise's class declares."""
    declared = [plugin.protocol or (), plugin.secure_protocol or ()]
    return {schema for one in declared for schema in ([one] if isinstance(one, str) else one)}
