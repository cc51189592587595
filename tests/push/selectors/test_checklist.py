"""The checklist of the Push settings page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from cloud.models import OwnQuota, SetupWizardSettings
from cloud.selectors.quota import month_of
from push.models import PushSettings, RouteState, WorkerBeat
from push.selectors.checklist import checklist
from push.selectors.checks import Check, Light
from push.selectors.routes import routes_current
from push.worker.heartbeat import Heartbeat
from tests.factories import DeviceFactory, RoomFactory, UserFactory, message_in
from tests.fakes.gateway import FakeGateway
from tests.keys import certificate_pem, key_pem, rsa_key, service_account_json
from tests.push.conftest import queue, settings_change

pytestmark = pytest.mark.django_db


def check(title: str) -> Check:
    (found,) = [one for one in checklist() if str(one.title) == title]
    return found


def test_a_new_workspace_shows_what_is_missing() -> None:
    lights = {str(one.title): one.light for one in checklist()}
    assert lights == {
        "Push": Light.GREEN,
        "Server registration": Light.RED,
        "Cloud terms": Light.RED,
        "Quota": Light.UNKNOWN,
        "Route to the devices": Light.RED,
        "Registered devices": Light.AMBER,
        "Worker": Light.RED,
        "Overdue notifications": Light.GREEN,
        "Decisions": Light.GREEN,
        "Mail server": Light.GREEN,
    }
    assert "misconfigured" in check("Route to the devices").sentence
    assert check("Route to the devices").url == check("Server registration").url == "/admin/connectivity/"
    assert check("Cloud terms").url == "/admin/settings/setupwizard/#Cloud_Service_Agree_PrivacyTerms"


def test_a_working_workspace_is_green(gateway: FakeGateway) -> None:
    DeviceFactory()
    DeviceFactory(user=UserFactory())
    Heartbeat().beat()
    assert {one.light for one in checklist() if str(one.title) != "Quota"} == {Light.GREEN}
    assert check("Registered devices").sentence == "2 devices of 2 users."


def test_disabled_push_is_red_with_a_link_to_enable_it() -> None:
    settings_change(enable=False)
    assert check("Push").light == Light.RED
    assert check("Push").url.endswith("#Push_enable")


def test_registered_only_in_the_settings_is_not_registered() -> None:
    SetupWizardSettings(register_server=True, privacy_terms_agreed=True).save()
    assert check("Server registration").light == Light.RED
    assert check("Server registration").url == "/admin/connectivity/"
    assert check("Route to the devices").url == "/admin/connectivity/"
    assert "not connected to a cloud" in check("Route to the devices").sentence


def test_the_next_step_links_to_what_is_missing(gateway: FakeGateway) -> None:
    wizard = SetupWizardSettings.stored()
    wizard.privacy_terms_agreed = False
    wizard.save()
    assert check("Route to the devices").url.endswith("#Cloud_Service_Agree_PrivacyTerms")
    wizard.register_server = False
    wizard.save()
    assert check("Route to the devices").url.endswith("#Register_Server")
    settings_change(enable_gateway=False)
    assert check("Route to the devices").url.endswith("#Push_enable_gateway")


@pytest.mark.parametrize(
    ("used", "limit", "light", "sentence"),
    [
        (10, 10_000, Light.GREEN, "9,990 of 10,000 pushes left this month."),
        (8_000, 10_000, Light.AMBER, "2,000 of 10,000 pushes left this month."),
        (10_000, 10_000, Light.RED, "0 of 10,000 pushes left this month."),
        (10, None, Light.GREEN, "Unlimited."),
    ],
)
def test_the_remaining_quota_is_shown(
    gateway: FakeGateway, used: int, limit: int | None, light: Light, sentence: str
) -> None:
    OwnQuota.objects.create(month=month_of(), used=used, limit=limit)
    found = check("Quota")
    assert (found.light, found.sentence, found.url) == (light, sentence, "/admin/subscription/")


def test_the_quota_is_unknown_if_the_gateway_does_not_report_it(gateway: FakeGateway) -> None:
    assert check("Quota").sentence == "The gateway counts it but does not report it."
    settings_change(enable_gateway=False)
    assert "Quota" not in {str(one.title) for one in checklist()}


@pytest.mark.parametrize(
    ("values", "light", "words"),
    [
        ({}, Light.RED, "Neither a token key, nor a certificate"),
        ({"apn_token_key": "key"}, Light.RED, "needs its key id"),
        ({"apn_token_key": "key", "apn_token_key_id": "A", "apn_team_id": "B"}, Light.GREEN, "does not expire"),
        ({"apn_cert": "damaged", "apn_key": "key"}, Light.RED, "not a certificate"),
        ({"apn_cert": certificate_pem(rsa_key(), days=90), "apn_key": "key"}, Light.GREEN, "expires on"),
        ({"apn_cert": certificate_pem(rsa_key(), days=20), "apn_key": "key"}, Light.AMBER, "expires on"),
        ({"apn_cert": certificate_pem(rsa_key(), days=-1), "apn_key": "key"}, Light.RED, "expired on"),
        ({"production": False, "apn_cert": certificate_pem(rsa_key()), "apn_key": "key"}, Light.RED, "Neither"),
        (
            {"production": False, "apn_dev_cert": certificate_pem(rsa_key()), "apn_dev_key": "key"},
            Light.GREEN,
            "expires",
        ),
    ],
)
def test_without_the_gateway_apples_credentials_count(values: dict[str, object], light: Light, words: str) -> None:
    PushSettings(enable_gateway=False, **values).save()
    assert check("Apple credentials").light == light
    assert words in check("Apple credentials").sentence


def test_without_the_gateway_googles_credentials_count() -> None:
    PushSettings(enable_gateway=False).save()
    assert check("Google credentials").light == Light.RED
    settings_change(google_api_credentials=service_account_json(), apn_key=key_pem(rsa_key()))
    assert check("Google credentials").light == Light.GREEN


def test_a_worker_counts_while_it_has_a_heartbeat() -> None:
    heartbeat = Heartbeat()
    heartbeat.beat()
    assert check("Worker").light == Light.GREEN
    for later, shown in ((timedelta(seconds=40), "40 seconds"), (timedelta(minutes=3), "3\xa0minutes")):
        with time_machine.travel(timezone.now() + later, tick=False):
            assert check("Worker").light == Light.RED
            assert f"No heartbeat for {shown}" in check("Worker").sentence
    heartbeat.stop()
    assert "No worker is running" in check("Worker").sentence


def test_a_heartbeat_writes_only_at_intervals(django_assert_num_queries: object) -> None:
    heartbeat = Heartbeat()
    heartbeat.beat()
    with django_assert_num_queries(0):  # type: ignore[operator]
        heartbeat.beat()


def test_rows_of_dead_workers_are_deleted() -> None:
    WorkerBeat.objects.create(name="gone", beat_at=timezone.now() - timedelta(days=2))
    Heartbeat().beat()
    assert not WorkerBeat.objects.filter(name="gone").exists()


@pytest.mark.parametrize(
    ("seconds", "light"), [(-60, Light.GREEN), (3, Light.GREEN), (30, Light.AMBER), (90, Light.RED)]
)
def test_an_overdue_item_is_reported(seconds: int, light: Light) -> None:
    user, room = UserFactory(), RoomFactory()
    queue(user, message_in(room, UserFactory()), due_in=-seconds)
    assert check("Overdue notifications").light == light


def test_a_paused_route_is_never_green(settings: Any) -> None:
    settings_change(enable_gateway=False, google_api_credentials=service_account_json())
    assert check("Google credentials").light == Light.GREEN
    google = next(route for route in routes_current().all() if route.kind == "google")
    RouteState.objects.create(
        key=google.key, fingerprint=google.fingerprint, status=401, reason="UNAUTHENTICATED", paused_at=timezone.now()
    )
    assert check("Google credentials").light == Light.RED
    assert "paused" in check("Google credentials").sentence


def test_a_contact_that_apple_rejects_is_reported_once_a_browser_is_registered(settings: Any) -> None:
    settings.DEFAULT_FROM_EMAIL, settings.SITE_URL = "callboard@localhost", "http://127.0.0.1:8000"
    assert not [one for one in checklist() if str(one.title) == "Contact for web push"]
    DeviceFactory(type="webpush")
    found = check("Contact for web push")
    assert (found.light, found.url[-22:]) == (Light.AMBER, "#Push_web_push_contact")
    settings_change(web_push_contact="mailto:ops@example.org")
    assert check("Contact for web push").light == Light.GREEN
