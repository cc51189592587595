"""The spans of sending, and which servers get to know the trace."""

from __future__ import annotations

from typing import Any

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from push.models import Decision, Device, Notification
from push.sending.dispatching import due_dispatch
from tests.factories import DeviceFactory
from tests.fakes.gateway import FakeGateway, Reply
from tests.push.conftest import Post, queue
from tests.workspace.tracing.conftest import exporter  # noqa: F401 (a fixture)
from workspace.models import User

pytestmark = pytest.mark.django_db

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@pytest.fixture
def item(receiver: User, device: Device, post: Post) -> Notification:
    message = post("disk full")
    values = {"trace_id": TRACE, "trace_parent": f"00-{TRACE}-{SPAN}-01"}
    Decision.objects.update_or_create(message=message, event="posted", defaults=values)
    return queue(receiver, message)


def spans_of(found: InMemorySpanExporter, name: str) -> list[Any]:
    return [one for one in found.get_finished_spans() if one.name == name]


def test_sending_belongs_to_the_trace_of_the_post(
    gateway: FakeGateway,
    item: Notification,
    exporter: InMemorySpanExporter,  # noqa: F811
    django_capture_on_commit_callbacks: Any,
) -> None:
    gateway.script(Device.objects.get().token, Reply(422))
    with django_capture_on_commit_callbacks(execute=True):
        due_dispatch()
    [queued], [claimed], [sent] = (spans_of(exporter, name) for name in ("queue", "claim", "send gateway"))
    assert {f"{one.context.trace_id:032x}" for one in (queued, claimed, sent)} == {TRACE}
    assert f"{queued.parent.span_id:016x}" == SPAN
    assert (claimed.parent.span_id, sent.parent.span_id) == (queued.context.span_id, claimed.context.span_id)
    assert queued.end_time == claimed.start_time
    assert (sent.attributes["callboard.answer"], sent.status.is_ok) == ("refused", False)
    assert gateway.received[0].traceparent == f"00-{TRACE}-{sent.context.span_id:016x}-01"


def test_each_push_of_a_batch_names_its_own_span(
    gateway: FakeGateway,
    item: Notification,
    exporter: InMemorySpanExporter,  # noqa: F811
    django_capture_on_commit_callbacks: Any,
) -> None:
    DeviceFactory(user=item.user, type="gcm")
    gateway.announces = {"path": "/push/batch", "maxDevices": 100, "maxBytes": 100_000}
    with django_capture_on_commit_callbacks(execute=True):
        due_dispatch()
    assert gateway.batches == [2]
    expected = {f"00-{TRACE}-{one.context.span_id:016x}-01" for one in spans_of(exporter, "send gateway")}
    assert len(expected) == 2
    assert {one.traceparent for one in gateway.received} == expected


def test_without_traces_no_gateway_is_sent_one(gateway: FakeGateway, item: Notification) -> None:
    due_dispatch()
    assert [one.traceparent for one in gateway.received] == [""]
