"""One line per request, with an id that is also in the response."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from django.test import RequestFactory
from django_q.tasks import async_task

from tests.asgi import requested
from tests.factories import UserFactory
from tests.logs import logged
from workspace.config.asgi import application
from workspace.logs import tasks
from workspace.logs.context import bound_contextvars, bound_id, clear_contextvars
from workspace.logs.requests import USER, LoggedSite, UserMiddleware
from workspace.monitoring.metrics.http import route_set

UUID = "0b2c1a9e-7a53-4b1e-9d6f-4d8f6a0e1c2b"


def site_answering(status: int = 200, route: str = "/rooms/") -> Any:
    async def site(scope: Any, _receive: Any, send: Any) -> None:
        route_set(scope, route)
        scope[USER][:] = [7]
        logging.getLogger("a.library").warning("within")
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": (bound_id("request") or "").encode()})

    return LoggedSite(site)


@pytest.mark.parametrize("header", [UUID, "01ARZ3NDEKTSV4RRFFQ69G5FAV", "f" * 32])
def test_the_id_of_a_proxy_is_used(header: str) -> None:
    response = requested(site_answering(), "/", headers={"X-Request-ID": header})
    assert response.headers["x-request-id"] == header
    assert response.body.decode() == header


@pytest.mark.parametrize("header", ["", "short", "a" * 65, "a b c d e f g", "<script>alert(1)", "-" * 20, "tëst-tëst"])
def test_an_id_that_is_not_plain_is_replaced(header: str) -> None:
    response = requested(site_answering(), "/", headers={"X-Request-ID": header})
    assert response.headers["x-request-id"] != header
    assert len(response.headers["x-request-id"]) == 17


@pytest.mark.parametrize(("status", "level"), [(200, logging.INFO), (404, logging.INFO), (503, logging.WARNING)])
def test_a_request_is_logged_without_its_address(status: int, level: int, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    requested(site_answering(status), "/hooks/a1b2/secret?token=hunter")
    [fields] = logged(caplog, "request.finished")
    assert {name: fields[name] for name in ("method", "route", "status", "user")} == {
        "method": "GET",
        "route": "/rooms/",
        "status": status,
        "user": 7,
    }
    assert fields["ms"] >= 0
    assert caplog.records[-1].levelno == level
    assert "hunter" not in caplog.text
    assert "secret" not in caplog.text


def test_an_error_of_the_site_is_logged_as_500(caplog: pytest.LogCaptureFixture) -> None:
    async def broken(_scope: Any, _receive: Any, _send: Any) -> None:
        raise ValueError("a defect")

    with pytest.raises(ValueError, match="a defect"):
        requested(LoggedSite(broken), "/")
    assert logged(caplog, "request.finished")[0]["status"] == 500


def test_probes_are_logged_for_debugging_only(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    assert requested(application, "/health/live").status == 200
    assert not logged(caplog, "request.finished")


@pytest.mark.django_db
def test_the_user_is_logged_if_the_request_has_asked_for_them() -> None:
    user = UserFactory()
    request = RequestFactory().get("/")
    request.scope = {USER: []}  # type: ignore[attr-defined]
    request.user = user
    UserMiddleware(lambda _request: None)(request)  # type: ignore[arg-type,return-value]
    assert request.scope == {USER: [user.pk]}  # type: ignore[attr-defined]


class TestTasks:
    @pytest.fixture(autouse=True)
    def _unbound(self) -> Any:
        yield
        clear_contextvars()

    @pytest.fixture
    def queued(self, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
        """The tasks that are put in the queue."""
        queued: list[dict[str, Any]] = []
        monkeypatch.setattr("django_q.tasks.SignedPackage.dumps", lambda task: queued.append(task) or "")
        monkeypatch.setattr(
            "django_q.tasks.get_broker", lambda _name: type("B", (), {"enqueue": lambda *_p: 1, "list_key": ""})()
        )
        return queued

    def test_a_task_with_arguments_belongs_to_its_request(self, queued: list[dict[str, Any]]) -> None:
        with bound_contextvars(request=UUID):
            async_task("workspace.tasks.verification_mail", 5)
        tasks.task_begun(task=queued[0])
        assert (bound_id("request"), bound_id("task")) == (UUID, queued[0]["id"])
        tasks.task_ended()
        assert bound_id("task") is None

    def test_a_task_for_all_waiting_work_was_only_woken_by_it(self, queued: list[dict[str, Any]]) -> None:
        with bound_contextvars(request=UUID):
            async_task("push.tasks.dispatch")
        tasks.task_begun(task=queued[0])
        assert (bound_id("request"), bound_id("woken_by")) == (None, UUID)

    def test_a_task_of_an_earlier_version_has_no_request(self) -> None:
        tasks.task_begun(task={"id": "1", "func": "push.tasks.dispatch", "request": "x y"})
        assert (bound_id("request"), bound_id("woken_by"), bound_id("task")) == (None, None, "1")
