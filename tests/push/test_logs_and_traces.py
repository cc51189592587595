"""A day's traffic through a web server, a worker and the gateway: what is in their logs, and in the traces."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.clients.ddp import DdpError, DdpSocket
from tests.clients.people import Person, admin_of
from tests.fakes.collector import FakeCollector, ReceivedSpan
from tests.fakes.gateway import FakeGateway, Reply
from tests.fakes.installation import PASSWORD, Installation
from tests.waiting import wait_until

pytestmark = [pytest.mark.processes, pytest.mark.any_database]

TEXT = "the understudy takes over tonight"
WRONG_PASSWORD = "not-the-password-of-anybody"
APP, OTHER_APP = "chat.rocket.reactnative", "com.example.other"
TOKENS = {"accepted": "a0" * 32, "dead": "d1" * 32, "broken": "b2" * 32, "rejected": "c3" * 32}
GATEWAY_TOKENS = ("phone-of-bob", "dead-phone-of-bob", "fail-phone-of-bob")
# Pushes of one app go to a gateway of the tests, others to the gateway of the same site.
ROUTE = """
from push.models import AppRoute
AppRoute.objects.create(app_name={app!r}, kind="gateway", gateway={gateway!r})
"""


@pytest.fixture(scope="module")
def collector() -> Iterator[FakeCollector]:
    with FakeCollector() as fake:
        yield fake


@pytest.fixture(scope="module")
def gateway() -> Iterator[FakeGateway]:
    with FakeGateway() as fake:
        yield fake


@pytest.fixture(scope="module")
def site(collector: FakeCollector, gateway: FakeGateway) -> Iterator[Installation]:
    """A workspace and its cloud, which log everything as JSON and export traces."""
    variables = {
        "LOG_LEVEL": "DEBUG",
        "LOG_FORMAT": "json",
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.address,
        "OTEL_BSP_SCHEDULE_DELAY": "200",
        "NOTIFY_DELAY_ONLINE": "0",
        "NOTIFY_DELAY_AWAY": "0",
        "RETRY_BASE": "1",
    }
    with Installation("workspace,cloud", **variables) as installation:
        installation.manage("shell", "-v", "0", "-c", ROUTE.format(app=APP, gateway=gateway.address))
        yield installation


@pytest.fixture(scope="module")
def bob(site: Installation) -> Person:
    return Person(site, site.sign_in("bob"), "bob")


@pytest.fixture(scope="module")
def ana(site: Installation) -> Person:
    return Person(site, site.sign_in("ana"), "ana")


def lines_of(site: Installation) -> list[dict[str, Any]]:
    """Return what was logged, by web and worker."""
    return [json.loads(line) for line in site.log.splitlines() if line.startswith("{")]


def events_of(site: Installation, name: str, **fields: Any) -> list[dict[str, Any]]:
    events = [line for line in lines_of(site) if line["event"] == name]
    return [event for event in events if all(event.get(field) == value for field, value in fields.items())]


def test_one_trace_leads_from_the_post_to_the_providers_answer(
    site: Installation, collector: FakeCollector, ana: Person, bob: Person
) -> None:
    bob.post("push.token", type="gcm", value=GATEWAY_TOKENS[0], appName=OTHER_APP)
    posted = site.post(
        "/api/v1/chat.postMessage",
        json={"roomId": "GENERAL", "text": f"@bob {TEXT}"},
        headers={**ana.headers, "X-Request-ID": "a-request-of-the-test"},
    )
    assert posted.headers["X-Request-ID"] == "a-request-of-the-test"
    message = posted.json()["message"]["_id"]

    def root(spans: list[ReceivedSpan]) -> ReceivedSpan | None:
        return next((one for one in spans if one.attributes.get("callboard.request") == "a-request-of-the-test"), None)

    def is_complete(spans: list[ReceivedSpan]) -> bool:
        first = root(spans)
        names = {span.name for span in spans if first and span.trace_id == first.trace_id}
        return {"decide", "queue", "claim", "send gateway", "POST /push/gcm/send", "forward gcm"} <= names

    collector.wait(is_complete)
    first = root(collector.spans)
    assert first is not None
    by_id = {span.span_id: span for span in collector.trace(first.trace_id)}
    by_name = {span.name: span for span in by_id.values()}

    def parent(name: str) -> str:
        return by_id[by_name[name].parent_id].name

    assert first.name == "POST /api/v1/chat.postMessage"
    assert (parent("decide"), parent("queue")) == (first.name, first.name)
    assert (parent("claim"), parent("send gateway")) == ("queue", "claim")
    # The gateway, which another company may operate, continues the trace of the workspace.
    assert (parent("POST /push/gcm/send"), parent("forward gcm")) == ("send gateway", "POST /push/gcm/send")
    assert by_name["send gateway"].attributes["callboard.answer"] == "accepted"
    assert {span.service for span in by_id.values()} == {"callboard"}
    assert TEXT not in repr(collector.spans)
    assert GATEWAY_TOKENS[0] not in repr(collector.spans)

    # The log lines of all processes lead to the same trace.
    wait_until(lambda: events_of(site, "attempt.finished", message=message, route="gateway"))
    [decided] = events_of(site, "message.decided", message=message)
    assert (decided["request"], decided["trace"]) == ("a-request-of-the-test", first.trace_id)
    [attempt] = events_of(site, "attempt.finished", message=message, route="gateway")
    assert by_name["send gateway"].attributes["callboard.attempt"] == attempt["attempt"]


def test_a_day_leaves_no_text_and_no_secret_in_the_logs(
    site: Installation, gateway: FakeGateway, ana: Person, bob: Person
) -> None:
    secrets = {TEXT, PASSWORD, WRONG_PASSWORD, ana.token, bob.token, *TOKENS.values(), *GATEWAY_TOKENS}
    secrets |= {f"{name}@callboard.example" for name in ("admin", "ana", "bob")}
    # Sign-ins with wrong names and passwords, through the API and the page.
    for user in ("ana", "nobody@callboard.example", WRONG_PASSWORD):
        answer = site.post("/api/v1/login", json={"user": user, "password": WRONG_PASSWORD})
        assert answer.status_code == 401
    secrets.add("nobody@callboard.example")
    browser = site.browser("bob")
    secrets |= {cookie.value for cookie in browser.cookies if cookie.value}
    site.get(f"/password/MQ/c0ffee-{WRONG_PASSWORD}/")
    # Devices whose pushes are accepted, refused, and answered with an error that quotes the token.
    gateway.script(TOKENS["dead"], Reply(406, body={"error": TOKENS["dead"]}))
    gateway.script(TOKENS["broken"], Reply(cut=True), Reply(500, body={"error": f"{TEXT} {TOKENS['broken']}"}))
    gateway.script(TOKENS["rejected"], Reply(422, body={"message": TOKENS["rejected"]}))
    for token in TOKENS.values():
        bob.post("push.token", type="apn", value=token, appName=APP)
    for token in GATEWAY_TOKENS:
        bob.post("push.token", type="gcm", value=token, appName=OTHER_APP)
    # Messages, through the API, a socket and a webhook.
    ana.say(f"@bob {TEXT}")
    socket = DdpSocket(site.url)
    socket.call("login", {"resume": ana.token})
    wrong = {"user": {"username": "ana"}, "password": WRONG_PASSWORD}
    socket.call("sendMessage", {"rid": "GENERAL", "msg": TEXT})
    for method, params in ((TEXT, []), ("login", [wrong])):
        with pytest.raises(DdpError):
            socket.call(method, *params)
    socket.close()
    wanted = {"type": "webhook-incoming", "name": "stage", "username": "ana", "channel": "#general"}
    webhook = admin_of(site).post("integrations.create", **wanted, enabled=True, scriptEnabled=False)["integration"]
    secrets.add(webhook["token"])
    assert site.post(f"/hooks/{webhook['_id']}/{webhook['token']}", json={"text": f"@bob {TEXT}"}).status_code == 200
    site.post(f"/hooks/{webhook['_id']}/{TOKENS['dead']}", json={"text": TEXT})
    stranger = {"Authorization": f"Bearer {TOKENS['dead']}"}
    site.post("/push/gcm/send", json={"token": GATEWAY_TOKENS[0], "options": {"text": TEXT}}, headers=stranger)
    # An e-mail with a link.
    site.post("/api/v1/users.forgotPassword", json={"email": "bob@callboard.example"})
    gateway.wait(lambda fake: {one.token for one in fake.received} >= set(TOKENS.values()))
    expected_answers = {"accepted", "dead", "refused", "retry"}
    wait_until(lambda: {event["answer"] for event in events_of(site, "attempt.finished")} >= expected_answers)
    site.worker_stop()

    log = site.log
    assert [secret for secret in secrets if secret in log] == []
    assert re.findall(r"[\w.]+@[\w-]+\.\w+", log) == []
    # It is a log of all this, in lines that programs can read.
    assert [line for line in log.splitlines() if not line.startswith("{")] == ["The worker has stopped."]
    names = {line["event"] for line in lines_of(site)}
    expected = {"request.finished", "user.sign_in_failed", "user.signed_in", "method.called", "socket.closed"}
    expected |= {"message.posted", "message.decided", "notifications.claimed", "attempt.finished", "push.forwarded"}
    expected |= {"notification.finished", "task.started", "worker.started", "worker.stopped"}
    assert expected <= names
    assert {event["name"] for event in events_of(site, "method.called")} >= {"sendMessage", "login", "unknown"}
