"""Fixtures shared by all tests."""

from __future__ import annotations

import gc
import os
import subprocess
from collections.abc import Generator, Iterator
from functools import cache as cache_once
from multiprocessing.process import BaseProcess
from typing import Any

import pytest
import redis
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import TransactionTestCase, client
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from pytest_django import DjangoDbBlocker

from cloud.services.licences import licence_cache_clear
from push.gateway.admission import callers_forget
from push.gateway.apps import apps_current
from push.services.clock_jumps import JumpWatch, clock_watch
from push.services.webhooks.subscriptions import subscriptions
from tests.database import Beginning, connection_kept, migrations_record, template_drop, template_use
from tests.in_flight import requests_admit
from tests.logs import UnmaskedFormatter
from tests.quick_sign_in import sign_in_quickly
from workspace.selectors.sign_ins.requirements import roles_now

# Importing and collecting leave little garbage, and looking for it takes a second.
gc.disable()
pytest_plugins = ["tests.fakes.fixtures", "tests.other_databases"]
# The workers inherit this name of the run.
os.environ.setdefault("TEST_RUN", str(os.getpid()))

# The suite limits the duration of tests. On a busy machine, generating input is slow, too.
hypothesis_settings.register_profile("callboard", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("callboard")


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Let `caplog.text` contain the fields of events."""
    config.pluginmanager.get_plugin("logging-plugin").caplog_handler.setFormatter(UnmaskedFormatter())


@cache_once
def redis_server() -> redis.Redis:
    """Return the client for Redis. All tests share its connections, because new ones take time."""
    return redis.Redis.from_url(settings.REDIS_URL)


def redis_keys_delete() -> None:
    """Remove the keys of this run from Redis. Clearing the cache would flush the whole database of the server."""
    server = redis_server()
    # Keys of the broker have a prefix of its own before ours. Each scan visits all keys, so one scan finds both.
    if keys := list(server.scan_iter(f"*{settings.REDIS_PREFIX}*", count=10_000)):
        server.delete(*keys)


def caches_forget() -> None:
    """Clear everything that the process caches from the database for a second, or has noticed about the clock."""
    licence_cache_clear()
    # A test that changes the clock would otherwise be a jump for the next ones, which then wait for it to settle.
    vars(clock_watch).update(vars(JumpWatch()))
    callers_forget()
    apps_current.forget()
    subscriptions.forget()
    roles_now.forget()


DATABASE_FIXTURES = {"db", "transactional_db", "empty_database"}


# The folders of the thin layers, which check parameters and permissions and call what is below.
THIN_LAYERS = {"api", "pages", "admin"}


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Generator[None]:
    """Mark tests for the runs on several databases, and put those first that start processes, in slow runs.

    They mostly wait. At the end, where pytest-django puts tests that commit, nothing else would run meanwhile.
    """
    first_cases = dict[str, pytest.Item]()
    for item in items:
        if item.get_closest_marker("any_database"):
            continue
        if item.get_closest_marker("django_db") or DATABASE_FIXTURES & set(getattr(item, "fixturenames", ())):
            first = first_cases.setdefault(item.nodeid.partition("[")[0], item)
            if first is item or THIN_LAYERS.isdisjoint(item.path.parts):
                item.add_marker("database")
    yield
    items.sort(key=lambda item: item.get_closest_marker("processes") is None)


def pytest_collection_finish() -> None:
    """Exclude objects that live until the end of the run from garbage collection: modules and tests."""
    gc.enable()
    gc.freeze()
    # Most objects end without it. With 10,000 it took a tenth of the time.
    gc.set_threshold(500_000, 20, 20)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Leave the keywords out of the reports, of which each test sends three to the main process."""
    report = yield
    report.keywords = {}
    return report


@pytest.fixture(autouse=True)
def _no_process(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let only marked tests start processes, which keeps the fast suite fast."""
    if not {"processes", "browser"} & {mark.name for mark in request.node.iter_markers()}:
        monkeypatch.setattr(subprocess.Popen, "__init__", process_refuse)
        monkeypatch.setattr(BaseProcess, "start", process_refuse)


def process_refuse(*_arguments: Any, **_options: Any) -> None:
    pytest.fail("A test that starts a process is marked `processes`.")


@pytest.fixture(autouse=True)
def _requests_admitted() -> None:
    """Allow requests again after a test that has blocked them."""
    requests_admit()


@pytest.fixture(autouse=True)
def _nothing_cached() -> Iterator[None]:
    """Clear cached settings and rate limits of other tests."""
    caches_forget()
    if settings.REDIS_URL:
        redis_keys_delete()
    else:
        cache.clear()
    yield
    caches_forget()


@pytest.fixture
def settings_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let settings be loaded only once, for tests that count queries."""
    monkeypatch.setattr("workspace.setting_groups.base.CACHE_SECONDS", 3600.0)
    monkeypatch.setattr("cloud.selectors.licence.CACHE_SECONDS", 3600.0)
    monkeypatch.setattr("workspace.selectors.sign_ins.requirements.CACHE_SECONDS", 3600.0)
    roles_now.remember(exist=False)


@pytest.fixture
def django_assert_num_queries(settings_remembered: None, django_assert_num_queries: Any) -> Any:
    """Count queries as pytest-django does, without those of settings that expire on a slow machine."""
    return django_assert_num_queries


@pytest.fixture
def django_assert_max_num_queries(settings_remembered: None, django_assert_max_num_queries: Any) -> Any:
    """Count queries as pytest-django does, without those of settings that expire on a slow machine."""
    return django_assert_max_num_queries


@pytest.fixture(scope="session", autouse=True)
def _only_pages_remembered() -> Iterator[None]:
    """Let the test client copy the context of each page, but not of all the templates that it includes."""
    store = client.store_rendered_templates

    def page_store(stored: dict[str, Any], signal: Any, sender: Any, template: Any, context: Any, **more: Any) -> None:
        if context.template is template:
            store(stored, signal, sender, template, context, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(client, "store_rendered_templates", page_store)
        yield


@pytest.fixture(scope="session", autouse=True)
def _quick_sign_ins() -> Iterator[None]:
    """Let `force_login` sign in with few statements; a third of the set-up of page tests was in it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(client.Client, "force_login", sign_in_quickly)
        yield


@pytest.fixture(scope="session", autouse=True)
def _redis_left_as_found() -> Iterator[None]:
    yield
    if settings.REDIS_URL:
        redis_keys_delete()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings: None, django_db_use_migrations: bool, django_db_blocker: DjangoDbBlocker
) -> None:
    """Let only one of several workers run the migrations."""
    if connection.vendor == "postgresql" and django_db_use_migrations and "PYTEST_XDIST_WORKER" in os.environ:
        with django_db_blocker.unblock():
            template_use()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Remove the template when the last worker has ended."""
    is_used = session.config.option.dist != "no" and not session.config.option.nomigrations
    if (
        is_used
        and "PYTEST_XDIST_WORKER" not in os.environ
        and os.environ.get("DATABASE_URL", "").startswith("postgres")
    ):
        template_drop()


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None, django_db_use_migrations: bool, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """Store the initial content of the database, which is restored after every test that commits.

    At the end, block new connections and close the remaining ones: PostgreSQL cannot drop a database in use.
    """
    if not django_db_use_migrations:
        settings.MIGRATION_MODULES = {}
    if connection.settings_dict["NAME"] != connection.settings_dict["TEST"]["NAME"]:
        # No test of this run uses the database, so none was created.
        yield
        return
    with django_db_blocker.unblock():
        if not django_db_use_migrations:
            migrations_record()
        beginning = Beginning.read()
        if connection.vendor == "postgresql":
            # Only a crash of the server itself could lose data that it has not yet written to the disk.
            _database_alter("SET synchronous_commit = off")
            connection.close()
    with pytest.MonkeyPatch.context() as patch, connection_kept():
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _case: beginning.restore())
        yield
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock():
            connection.close()
            _database_alter("ALLOW_CONNECTIONS false")
            with connection._nodb_cursor() as cursor:
                name = connection.settings_dict["NAME"]
                cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])


def _database_alter(change: str) -> None:
    """Change a property of the test database on PostgreSQL."""
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"ALTER DATABASE {connection.ops.quote_name(connection.settings_dict['NAME'])} {change}")
