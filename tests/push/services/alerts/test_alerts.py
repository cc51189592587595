"""Administrators are alerted to problems once a day at most, and once when they are solved."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from push.models import Channel, Device, State, WebhookEndpoint
from push.sending.dispatching import due_dispatch
from push.services.alerts.problems import current_problems
from push.services.alerts.sending import alerts_send
from push.services.provider_values import provider_configure
from push.worker.housekeeping import CHORES
from tests.admin_rows import administrator, notification_of
from tests.factories import UserFactory
from tests.fakes.apprise import GOTIFY_TOKEN, FakeService
from tests.fakes.gateway import FakeGateway, Reply
from tests.push.conftest import Post, queue
from workspace.models import GeneralSettings, User
from workspace.monitoring.health import registry

pytestmark = pytest.mark.django_db

SETUP = "/admin/push/approute/provider/apprise/"


@pytest.fixture(autouse=True)
def _only_problems_of_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what is wrong with the machine, and that no worker is running."""
    monkeypatch.setattr(registry, "CHECKS", [])


@pytest.fixture
def service(settings: Any) -> Iterator[FakeService]:
    with FakeService() as fake:
        settings.WEB_PUSH_PRIVATE_HOSTS = [fake.host]
        provider_configure(kind="apprise", is_enabled=False, values={"alerts": fake.gotify})
        yield fake


def run_at(at: datetime) -> None:
    with time_machine.travel(at, tick=False):
        alerts_send()


def titles(service: FakeService) -> list[str]:
    return [arrived.body["title"] for arrived in service.arrived]


@pytest.fixture
def webhook() -> WebhookEndpoint:
    return WebhookEndpoint.objects.create(name="CRM", url="https://crm.example.org/", is_enabled=False)


def fail(webhook: WebhookEndpoint, reason: str = "All deliveries failed for five days.") -> None:
    WebhookEndpoint.objects.filter(pk=webhook.pk).update(disabled_reason=reason)


def test_a_problem_and_its_end_are_reported_once(service: FakeService, webhook: WebhookEndpoint) -> None:
    now, site = timezone.now(), GeneralSettings.current().site_name
    fail(webhook)
    for minutes in (0, 2, 3, 10):
        run_at(now + timedelta(minutes=minutes))
    assert titles(service) == [f"{site} needs attention"]
    assert "“CRM” is disabled: All deliveries failed" in service.messages[0]
    fail(webhook, "")
    for minutes in (20, 21, 30):
        run_at(now + timedelta(minutes=minutes))
    assert titles(service) == [f"{site} needs attention", f"{site}: solved"]


def test_a_problem_that_comes_and_goes_is_reported_once_a_day(service: FakeService, webhook: WebhookEndpoint) -> None:
    now = timezone.now()
    for hours in range(0, 23, 2):
        fail(webhook)
        run_at(now + timedelta(hours=hours))
        run_at(now + timedelta(hours=hours, minutes=10))
        fail(webhook, "")
        run_at(now + timedelta(hours=hours, minutes=30))
    assert len(service.arrived) == 2
    fail(webhook)
    run_at(now + timedelta(hours=25))
    run_at(now + timedelta(hours=26))
    assert len(service.arrived) == 3


def test_a_short_problem_is_not_reported(service: FakeService, webhook: WebhookEndpoint) -> None:
    now = timezone.now()
    fail(webhook)
    run_at(now)
    fail(webhook, "")
    run_at(now + timedelta(minutes=2))
    assert not service.arrived


def test_an_alert_that_nobody_accepted_is_sent_again(service: FakeService, webhook: WebhookEndpoint) -> None:
    now = timezone.now()
    service.replies.append(Reply(503))
    fail(webhook)
    for minutes in (0, 2, 4, 8):
        run_at(now + timedelta(minutes=minutes))
    assert len(service.arrived) == 2


def test_without_an_address_nothing_is_examined(webhook: WebhookEndpoint) -> None:
    fail(webhook)
    alerts_send()
    assert not next(chore for chore in CHORES if chore.task == "alerts").has_work()


def test_a_paused_route_is_repeated_every_day(
    service: FakeService, gateway: FakeGateway, receiver: User, device: Device, post: Post
) -> None:
    gateway.script(device.token, Reply(401, body={"error": "Who?", "errorType": "error-unauthorized"}))
    queue(receiver, post())
    due_dispatch()
    now = timezone.now()
    for hours in (0, 1, 20, 26, 27):
        run_at(now + timedelta(hours=hours))
    assert len(service.arrived) == 2
    assert "A route is paused" in service.messages[1]


def test_mails_to_several_people_that_failed_are_a_problem(post: Post) -> None:
    message = post()
    for number in range(5):
        assert not current_problems()
        notification_of(message, UserFactory(username=f"m{number}"), State.FAILED, channel=Channel.EMAIL)
    assert [problem.key for problem in current_problems()] == ["mails"]


def test_a_dead_worker_is_noticed_by_the_command(service: FakeService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "CHECKS", ["push.monitoring.health.worker_checks"])
    now = timezone.now()
    for minutes in (0, 5):
        with time_machine.travel(now + timedelta(minutes=minutes), tick=False):
            call_command("sendalerts")
    assert "No worker is running" in service.messages[0]


class TestPage:
    def test_an_administrator_enters_addresses_and_tests_them(self, service: FakeService) -> None:
        provider_configure(kind="apprise", is_enabled=False, values={"alerts": ""})
        admin = Client()
        admin.force_login(administrator())
        entered = {"services": "tgram", "alerts": service.gotify}
        assert "Send a test alert" not in admin.get(SETUP).content.decode()
        assert admin.post(SETUP, entered).status_code == 302
        page = admin.get(SETUP).content.decode()
        assert "Send a test alert" in page
        assert GOTIFY_TOKEN not in page
        answer = admin.post(SETUP, {"test_alert": "1"}, follow=True).content.decode()
        assert "accepted the test alert" in answer
        assert GOTIFY_TOKEN not in answer
        assert service.messages == ["Alerts about this installation arrive here."]
        service.replies.append(Reply(401))
        assert "does not accept the key" in admin.post(SETUP, {"test_alert": "1"}, follow=True).content.decode()

    def test_an_unusable_address_is_refused(self) -> None:
        admin = Client()
        admin.force_login(administrator())
        answer = admin.post(SETUP, {"services": "tgram", "alerts": "gotifys://10.0.0.1/x"}).content.decode()
        assert "not on the public internet" in answer
