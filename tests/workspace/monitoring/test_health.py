"""`/health/live` and `/health/ready`."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import cache
from django.db import DatabaseError, OperationalError, connection
from redis import RedisError

from tests.asgi import Response, no_site, requested
from tests.factories import UserFactory
from tests.logs import logged
from workspace.models import User
from workspace.monitoring.access import has_token
from workspace.monitoring.health import installation, running
from workspace.monitoring.health.registry import Finding, HealthCheck, Resource, Status
from workspace.monitoring.health.running import HealthChecks
from workspace.monitoring.site import MonitoringSite

TOKEN = "a-metrics-token"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture(autouse=True)
def _token(settings: Any) -> None:
    settings.METRICS_TOKEN = TOKEN


def site_with(*checks: HealthCheck) -> MonitoringSite:
    site = MonitoringSite(no_site)
    site._checks = HealthChecks(checks)
    return site


def check_of(
    finding: Finding | Callable[[], Finding], name: str = "disk", resource: Resource = Resource.HOST
) -> HealthCheck:
    return HealthCheck(name, resource, finding if callable(finding) else lambda: finding)


def ready(*checks: HealthCheck, path: str = "/health/ready", headers: dict[str, str] | None = None) -> Response:
    return requested(site_with(*checks), path, headers=headers)


BROKEN = Finding(Status.FAILED, "12 MB are free.", "Free space.")


def test_live_answers_without_touching_anything() -> None:
    response = requested(MonitoringSite(no_site), "/health/live")
    assert (response.status, response.json) == (200, {"status": "alive"})
    assert response.headers["cache-control"] == "no-store"


def test_head_has_no_body_and_other_methods_are_refused() -> None:
    assert requested(MonitoringSite(no_site), "/health/live/", method="HEAD").body == b""
    assert requested(MonitoringSite(no_site), "/health/live", method="POST").status == 405


def test_other_paths_are_the_sites() -> None:
    assert requested(MonitoringSite(no_site), "/health").status == 404


def test_ready_if_no_check_failed() -> None:
    response = ready(check_of(Finding(Status.OK)), check_of(Finding(Status.WARNING, "x", "y"), "clock"))
    assert response.status == 200
    assert response.json == {
        "status": "ready",
        "checks": [{"name": "disk", "status": "ok"}, {"name": "clock", "status": "warning"}],
    }


def test_a_stranger_sees_names_and_statuses_only() -> None:
    response = ready(check_of(BROKEN))
    assert (response.status, response.json["status"]) == (503, "unavailable")
    assert response.json["checks"] == [{"name": "disk", "status": "failed"}]


def test_the_token_shows_what_is_wrong_and_what_to_do() -> None:
    response = ready(check_of(BROKEN), headers=BEARER)
    expected = {"name": "disk", "status": "failed", "detail": "12 MB are free.", "advice": "Free space."}
    assert response.json["checks"] == [expected]
    wrong = ready(check_of(BROKEN), headers={"Authorization": "Bearer other"})
    assert wrong.json["checks"] == [{"name": "disk", "status": "failed"}]


def test_the_token_may_be_the_password_of_basic_authentication() -> None:
    assert has_token({"authorization": "Basic cHJvbWV0aGV1czphLW1ldHJpY3MtdG9rZW4="})
    for wrong in ("Basic eDp5", "Basic ???", "Basic", "Digest a-metrics-token", "a-metrics-token", ""):
        assert not has_token({"authorization": wrong}), wrong


def test_without_a_token_nobody_has_it(settings: Any) -> None:
    settings.METRICS_TOKEN = ""
    assert not has_token({"authorization": "Bearer "})


def session_of(user: User) -> dict[str, str]:
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return {"Cookie": f"{settings.SESSION_COOKIE_NAME}={session.session_key}"}


@pytest.mark.django_db(transaction=True)
def test_administrators_see_details_in_their_language_and_others_do_not() -> None:
    finding = Finding(Status.WARNING, installation.FREE_SPACE)
    admin = ready(check_of(finding), headers=session_of(UserFactory(is_staff=True, language="de")))
    assert admin.json["checks"][0]["detail"].startswith("Schaffen Sie Platz in DATA_DIR")
    for user in (UserFactory(), UserFactory(is_staff=True, is_active=False)):
        assert "detail" not in ready(check_of(finding), headers=session_of(user)).json["checks"][0]


def test_checks_can_be_chosen_and_left_out() -> None:
    checks = [check_of(BROKEN), check_of(Finding(Status.OK), "cache")]
    assert ready(*checks, path="/health/ready?without=disk").json["checks"] == [{"name": "cache", "status": "ok"}]
    assert ready(*checks, path="/health/ready?only=disk").status == 503
    assert ready(*checks, path="/health/ready?only=cache,disk&without=disk").status == 200


def test_a_misspelt_check_is_an_error() -> None:
    response = ready(check_of(BROKEN), path="/health/ready?without=disc")
    assert (response.status, response.json["checks"]) == (400, ["disk"])


@pytest.fixture
def hanging(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Return the event that a hanging check waits for."""
    monkeypatch.setattr(running, "WAIT_SECONDS", 0.05)
    event = threading.Event()
    yield event
    event.set()


def test_a_check_that_hangs_fails_in_time_and_occupies_one_thread(hanging: threading.Event) -> None:
    def hang() -> Finding:
        hanging.wait(30)
        return Finding(Status.OK)

    site = site_with(
        check_of(Finding(Status.OK), "first", Resource.DATABASE),
        check_of(hang, "second", Resource.DATABASE),
        check_of(Finding(Status.OK), "disk"),
    )
    before = threading.active_count()
    for _probe in range(3):
        response = requested(site, "/health/ready", headers=BEARER)
        assert response.status == 503
        statuses = {check["name"]: check["status"] for check in response.json["checks"]}
        assert statuses == {"first": "ok", "second": "failed", "disk": "ok"}
        assert "No response" in response.json["checks"][1]["detail"]
    assert threading.active_count() <= before + 1


def test_results_are_used_again_for_a_second() -> None:
    runs: list[int] = []

    def count() -> Finding:
        runs.append(1)
        return Finding(Status.OK)

    site = site_with(check_of(count))
    for _probe in range(5):
        requested(site, "/health/ready")
    assert len(runs) == 1


@pytest.mark.parametrize("error", [OperationalError("secret"), RedisError("secret"), OSError("secret")])
def test_after_an_outage_further_checks_of_the_resource_do_not_wait(error: Exception) -> None:
    def fail() -> Finding:
        raise error from (None if not isinstance(error, DatabaseError) else connection_lost())

    def unreached() -> Finding:
        raise AssertionError

    checks = [check_of(fail, "one", Resource.DATABASE), check_of(unreached, "two", Resource.DATABASE)]
    response = ready(*checks, headers=BEARER)
    assert [check["status"] for check in response.json["checks"]] == ["failed", "failed"]
    assert "Not checked" in response.json["checks"][1]["detail"]
    assert "secret" not in response.body.decode()


def connection_lost() -> Exception:
    return psycopg.OperationalError("secret")


def test_an_error_of_a_check_is_logged_once_and_does_not_stop_the_others(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "RESULT_SECONDS", -1.0)

    def fail() -> Finding:
        raise ValueError("a mistake")

    site = site_with(check_of(fail, "one"), check_of(Finding(Status.OK), "two"))
    for _probe in range(3):
        response = requested(site, "/health/ready")
    assert [check["status"] for check in response.json["checks"]] == ["failed", "ok"]
    assert [record.levelname for record in caplog.records if record.levelno >= logging.WARNING] == ["ERROR", "WARNING"]


def test_only_changes_are_logged(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "RESULT_SECONDS", -1.0)
    finding = [BROKEN]
    site = site_with(check_of(lambda: finding[0]))
    with caplog.at_level(logging.INFO):
        for current in (BROKEN, BROKEN, Finding(Status.OK), Finding(Status.OK)):
            finding[0] = current
            requested(site, "/health/ready")
    assert logged(caplog, "health.changed") == [
        {"check": "disk", "status": "failed", "detail": "12 MB are free."},
        {"check": "disk", "status": "ok", "detail": ""},
    ]


@pytest.mark.django_db
def test_the_database_is_readable_and_writable() -> None:
    assert installation.database_check().status is Status.OK


@pytest.mark.django_db
def test_a_read_only_database_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation, "is_read_only", lambda: True)
    finding = installation.database_check()
    assert (finding.status, "read-only" in str(finding.detail)) == (Status.FAILED, True)


@pytest.mark.django_db
def test_unapplied_migrations_fail_and_are_compared_again_only_after_a_change(
    django_assert_max_num_queries: Any,
) -> None:
    check = installation.MigrationsCheck()
    assert check().status is Status.OK
    with django_assert_max_num_queries(2):
        assert check().status is Status.OK
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'push' AND name >= '0002'")
    finding = check()
    assert (finding.status, str(finding.advice)) == (Status.FAILED, "Run “manage.py migrate”.")


def test_the_cache_is_only_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    assert installation.cache_check().status is Status.OK

    def fail(*_arguments: Any, **_options: Any) -> None:
        raise RedisError("secret")

    monkeypatch.setattr(type(cache._connections[cache._alias]), "set", fail)  # type: ignore[attr-defined]
    finding = installation.cache_check()
    assert (finding.status, "secret" in str(finding.detail)) == (Status.WARNING, False)


@pytest.mark.parametrize(
    ("megabytes", "status"), [(10, Status.FAILED), (300, Status.WARNING), (10_000, Status.OK)], ids=str
)
def test_free_space(megabytes: int, status: Status, monkeypatch: pytest.MonkeyPatch) -> None:
    class Usage:
        free = megabytes * 1024 * 1024

    monkeypatch.setattr(installation.shutil, "disk_usage", lambda _path: Usage)
    finding = installation.disk_check()
    assert (finding.status, str(finding.detail)) == (status, f"{megabytes} MB are free.")
