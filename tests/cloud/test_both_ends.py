"""Workspace and cloud talking over HTTP: registration, terms, licence, usage, copies, and disconnecting."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from cloud.client import CloudError
from cloud.licences import Licence, key_pair_new, licence_sign
from cloud.models import (
    AccessToken,
    CloudConnection,
    CloudEvent,
    EventKind,
    InstalledLicence,
    Outcome,
    OwnQuota,
    PendingRegistration,
    QuotaMonth,
    QuotaNotice,
    RegisteredWorkspace,
    SetupWizardSettings,
    Terms,
    TermsAgreement,
    UsageCount,
)
from cloud.selectors.connection import ConnectionState, connection_status
from cloud.selectors.licence import LicenceStatus, licence_state
from cloud.selectors.quota import month_of
from cloud.services.connection import (
    access_token_renew,
    address_report,
    unique_id_reset,
    workspace_disconnect,
)
from cloud.services.licences import licence_install, licence_issue
from cloud.services.own_registration import (
    manual_register,
    registration_poll,
    registration_start,
    workspace_connect,
)
from cloud.services.plans import plan_change
from cloud.services.registration import credentials_rotate
from cloud.services.registration_requests import registration_token_create
from cloud.services.suspension import workspace_suspend
from cloud.services.sync import cloud_sync, cloud_work
from cloud.services.terms import terms_agree, terms_publish
from tests.admin_rows import administrator
from tests.api_client import ApiClient, failure
from tests.factories import EmailAddressFactory, UserFactory
from tests.factories import registered as registered_workspace
from workspace.errors import ApplicationError
from workspace.models import GeneralSettings, MailKind, RequestedMail, User
from workspace.services.people.requested_mails import mail_request
from workspace.setting_groups.licence import module_granted
from workspace.tasks import requested_mail

pytestmark = pytest.mark.django_db(transaction=True)


def registered() -> RegisteredWorkspace:
    return RegisteredWorkspace.objects.get()


def test_registration_requires_the_confirmation_link_from_the_e_mail(site: str, client: Client) -> None:
    pending = registration_start(email="ada@example.org")
    assert connection_status().state == ConnectionState.WAITING
    assert registration_poll() is None
    (message,) = mail.outbox
    assert pending.code in message.body
    link = re.search(r"/cloud/confirm/\S+", message.body)
    assert link
    assert pending.code in client.get(link[0]).content.decode()
    assert registration_poll() is None
    assert client.post(link[0]).status_code == 200
    connection = registration_poll()
    assert connection
    assert connection.workspace_id == registered().public_id
    assert registered().email == "ada@example.org"
    assert not PendingRegistration.objects.exists()


def test_a_registration_request_does_not_wait_for_the_mail_server(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    queued: list[int] = []
    monkeypatch.setattr("workspace.waking.async_task", lambda _path, mail_pk: queued.append(mail_pk))
    registration_start(email="ada@example.org")
    assert (len(queued), mail.outbox) == (1, [])
    request = RequestedMail.objects.get(pk=queued[0])
    for _time in range(2):
        mail_request(kind=MailKind.CONFIRMATION, reference=request.reference)
        requested_mail(queued[-1])
    first, again = (message.body for message in mail.outbox)
    assert first == again


def test_an_unknown_confirmation_link_is_rejected(client: Client, db: None) -> None:
    assert client.post("/cloud/confirm/nonsense/").status_code == 404


def test_confirmation_e_mails_per_address_and_day_are_limited(site: str) -> None:
    for _time in range(5):
        registration_start(email="ada@example.org")
    with pytest.raises(CloudError, match="Too many registration requests"):
        registration_start(email="ada@example.org")
    assert len(mail.outbox) == 5


def test_a_token_registers_one_workspace(connected: str) -> None:
    assert connection_status().connection
    assert access_token_renew()
    with pytest.raises(ApplicationError, match="already registered"):
        workspace_connect(token="anything")


def test_a_used_token_is_refused_to_another_workspace(site: str) -> None:
    _token, text = registration_token_create()
    workspace_connect(token=text)
    unique_id_reset()
    with pytest.raises(CloudError, match="already used"):
        workspace_connect(token=text)


def test_an_unreachable_cloud_is_reported(site: str) -> None:
    wizard = SetupWizardSettings.stored()
    wizard.cloud_url = "http://127.0.0.1:9"
    wizard.save()
    with pytest.raises(CloudError, match="it refused the connection"):
        registration_start(email="ada@example.org")


def test_no_cloud_at_a_link_local_address_is_connected_to(site: str) -> None:
    """There, cloud providers serve the credentials of the machine."""
    wizard = SetupWizardSettings.stored()
    wizard.cloud_url = "http://169.254.169.254"
    wizard.save()
    with pytest.raises(CloudError, match="it refused the connection"):
        registration_start(email="ada@example.org")


def test_an_agreement_is_recorded_at_both_ends_and_needed_again_for_a_new_version(connected: str, terms: Terms) -> None:
    ada = UserFactory(username="ada", roles=("admin",))
    cloud_sync()
    assert connection_status().state == ConnectionState.TERMS
    terms_agree(actor=ada)
    cloud_sync()
    agreement = TermsAgreement.objects.get()
    assert (agreement.workspace, agreement.terms, agreement.agreed_by) == (registered(), terms, "ada")
    assert connection_status().state == ConnectionState.CONNECTED

    terms_publish(text="Be kinder.", required_from=timezone.now() + timedelta(days=7))
    cloud_sync()
    assert SetupWizardSettings.stored().privacy_terms_agreed
    terms_publish(text="Be kindest.")
    cloud_sync()
    assert not SetupWizardSettings.stored().privacy_terms_agreed
    assert connection_status().state == ConnectionState.TERMS
    terms_agree(actor=ada)
    cloud_sync()
    assert TermsAgreement.objects.first().terms.version == 3


def test_an_agreement_made_before_the_terms_arrived_counts_for_the_current_ones(connected: str, terms: Terms) -> None:
    terms_agree(actor=None)
    cloud_sync()
    assert TermsAgreement.objects.get().terms == terms
    assert connection_status().state == ConnectionState.CONNECTED


def test_a_premium_plan_installs_a_licence_and_its_end_removes_it(connected: str) -> None:
    assert not module_granted("push-privacy")
    plan_change(workspace=registered(), plan="premium", monthly_limit=50_000)
    cloud_sync()
    assert module_granted("push-privacy")
    info = ApiClient(administrator()).get("licenses.info").json()["license"]
    assert info["hasValidLicense"]
    assert info["limits"] == {"monthlyPushNotifications": {"max": 50_000}}
    plan_change(workspace=registered(), plan="community")
    cloud_sync()
    assert licence_state().status == LicenceStatus.NONE
    assert not module_granted("push-privacy")


def test_an_expired_licence_falls_back_to_the_community_plan_and_is_reported(connected: str) -> None:
    plan_change(workspace=registered(), plan="premium", ends_at=timezone.now() + timedelta(hours=1))
    cloud_sync()
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        state = licence_state()
    assert (state.status, state.plan, state.modules) == (LicenceStatus.EXPIRED, "community", ())


def test_a_pasted_licence_works_without_the_cloud_and_a_modified_one_is_refused(connected: str) -> None:
    plan_change(workspace=registered(), plan="premium")
    token = licence_issue(workspace=registered(), ends_at=timezone.now() + timedelta(days=365))
    head, body, signature = token.split(".")
    for altered in (f"{head}.{body[:-4]}AAAA.{signature}", "nonsense", token[:-3], ""):
        with pytest.raises(ApplicationError, match="not signed by the cloud"):
            licence_install(token=altered)
    licence_install(token=f" {token[:40]}\n{token[40:]} ")
    assert licence_state().plan == "premium"
    # A licence that was modified in the database grants nothing either.
    InstalledLicence.objects.update(token=f"{head}.{body[:-4]}AAAA.{signature}")
    assert licence_state().status == LicenceStatus.TAMPERED


def test_a_licence_of_another_key_or_workspace_is_refused(connected: str) -> None:
    now = timezone.now()

    def signed(unique_id: str, private_key: str) -> str:
        licence = Licence("j", unique_id, "premium", (), None, now, now + timedelta(days=1), "")
        return licence_sign(licence, private_key=private_key, key_id="k")

    private, public = key_pair_new()
    with pytest.raises(ApplicationError, match="not signed"):
        licence_install(token=signed(GeneralSettings.stored().unique_id, private))
    CloudConnection.objects.update(public_key=public)
    with pytest.raises(ApplicationError, match="another workspace"):
        licence_install(token=signed("somebody-else", private))


def test_a_refused_access_token_is_renewed_once(connected: str) -> None:
    cloud_sync()
    AccessToken.objects.all().delete()
    CloudConnection.objects.update(access_token_renewed_at=None)
    cloud_sync()
    assert connection_status().problem == ""


@pytest.mark.parametrize(
    ("happens", "problem"),
    [
        (lambda: workspace_suspend(workspace=registered()), "suspended"),
        (lambda: credentials_rotate(workspace=registered()), "not known"),
    ],
)
def test_a_refusal_of_the_cloud_is_shown_with_the_next_step(connected: str, happens: object, problem: str) -> None:
    cloud_sync()
    happens()
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        with pytest.raises(CloudError, match=problem):
            cloud_sync()
        status = connection_status()
    assert status.state == ConnectionState.TROUBLE
    assert problem in str(status.problem)
    assert status.next_step


def test_a_copied_database_is_detected_and_can_move_or_become_a_new_workspace(connected: str) -> None:
    cloud_sync()
    RegisteredWorkspace.objects.update(site_url="http://original.example.org")
    with pytest.raises(CloudError, match="belongs to the workspace at"):
        cloud_sync()
    assert connection_status().is_cloned
    assert CloudConnection.objects.get().registered_url == "http://original.example.org"
    assert CloudEvent.objects.filter(kind=EventKind.CLONE_SEEN).count() == 1
    assert registered().other_url == connected

    address_report()
    cloud_sync()
    assert registered().site_url == connected

    RegisteredWorkspace.objects.update(site_url="http://moved.example.org")
    before = GeneralSettings.stored().unique_id
    assert unique_id_reset() != before
    assert connection_status().state == ConnectionState.NOT_REGISTERED
    assert registered().disconnected_at is None


def test_disconnecting_works_at_both_ends_and_registering_again_keeps_the_counts(connected: str) -> None:
    plan_change(workspace=registered(), plan="premium")
    cloud_sync()
    QuotaMonth.objects.create(workspace=registered(), month=month_of(), used=7)
    assert workspace_disconnect()
    assert registered().disconnected_at is not None
    assert connection_status().state == ConnectionState.NOT_REGISTERED
    assert licence_state().status == LicenceStatus.NONE
    _token, text = registration_token_create()
    workspace_connect(token=text)
    cloud_sync()
    assert OwnQuota.objects.get().used == 7
    # A unique id is not a secret, so the plan is not restored.
    assert registered().plan == "community"


def test_admins_get_one_e_mail_per_threshold(connected: str, settings: Any) -> None:
    admin = UserFactory(roles=("admin",))
    EmailAddressFactory(user=admin, address="ada@example.org")
    EmailAddressFactory(user=UserFactory(), address="ana@example.org")
    row = QuotaMonth.objects.create(workspace=registered(), month=month_of(), used=7_999)
    mailed = []
    for used in (7_999, 8_000, 8_001, 9_500, 10_000, 10_000):
        QuotaMonth.objects.filter(pk=row.pk).update(used=used)
        CloudConnection.objects.update(next_sync_at=timezone.now())
        cloud_work()
        mailed.append(len(mail.outbox))
    assert mailed == [0, 1, 1, 2, 3, 3]
    assert {address for message in mail.outbox for address in message.to} == {"ada@example.org"}
    assert "80 %" in mail.outbox[0].subject
    assert list(QuotaNotice.objects.order_by("percent").values_list("percent", flat=True)) == [80, 95, 100]


def test_each_admin_gets_the_e_mail_in_their_language(connected: str, settings: Any) -> None:
    for name, language in (("ada", "en"), ("ute", "de")):
        admin = administrator(username=name)
        User.objects.filter(pk=admin.pk).update(language=language)
        EmailAddressFactory(user=admin, address=f"{name}@example.org", verified=True)
    cloud_sync()
    OwnQuota.objects.update(used=9_000)
    cloud_work()
    subjects = {message.to[0]: message.subject for message in mail.outbox}
    assert "are used" in subjects["ada@example.org"]
    assert "sind verbraucht" in subjects["ute@example.org"]


@pytest.mark.parametrize(
    ("used_then", "used", "limit", "wait"),
    [
        (1_000, 1_100, 10_000, 300),
        (7_000, 7_500, 10_000, 60),
        (7_900, 7_995, 10_000, 30),
        (8_000, 9_400, 10_000, 30),
        (9_500, 9_550, 10_000, 300),
        (9_000, 10_000, 10_000, 300),
        (7_999, 7_999, 10_000, 300),
        (7_000, 7_500, None, 300),
    ],
)
def test_the_next_sync_is_earlier_when_a_threshold_is_near(
    connected: str, used_then: int, used: int, limit: int | None, wait: int
) -> None:
    plan_change(workspace=registered(), plan="community" if limit else "premium")
    with time_machine.travel(timezone.now(), tick=False) as clock:
        QuotaMonth.objects.create(workspace=registered(), month=month_of(), used=used)
        OwnQuota.objects.create(month=month_of(), used=used_then, limit=limit)
        clock.shift(60)
        cloud_sync()
        assert CloudConnection.objects.get().next_sync_at - timezone.now() == timedelta(seconds=wait)


def test_no_secret_is_stored_unencrypted_or_returned(connected: str) -> None:
    cloud_sync()
    connection = CloudConnection.objects.get()
    rows = f"{list(RegisteredWorkspace.objects.values())} {list(AccessToken.objects.values())}"
    answer = ApiClient(administrator()).get("cloud.registrationStatus")
    for secret in (connection.client_secret, connection.access_token):
        assert secret
        assert secret not in rows
        assert secret not in answer.content.decode()


def test_users_without_permission_cannot_use_the_cloud_endpoints(connected: str) -> None:
    member = ApiClient(UserFactory())
    for name in ("cloud.registrationStatus", "cloud.usage", "licenses.maxActiveUsers"):
        assert "error-unauthorized" in failure(member.get(name), 403)
    for name, body in (
        ("cloud.connectWorkspace", {"token": "t"}),
        ("cloud.manualRegister", {"cloudBlob": "b"}),
        ("cloud.syncWorkspace", {}),
        ("licenses.add", {"license": "x"}),
    ):
        assert "error-unauthorized" in failure(member.post(name, body), 403)
        # The response must not say what is wrong with the body either.
        assert "error-unauthorized" in failure(member.post(name, {"unknown": [1]}), 403)


def test_members_see_the_granted_modules_but_not_the_licence(connected: str) -> None:
    everything = ApiClient(administrator()).get("licenses.info").json()["license"]
    limited = ApiClient(UserFactory()).get("licenses.info").json()["license"]
    assert limited["activeModules"] == everything["activeModules"]
    assert (limited.get("license"), limited["limits"]) == (None, {})


def test_clients_get_the_documented_errors(connected: str) -> None:
    admin = ApiClient(administrator())
    assert failure(admin.post("cloud.manualRegister", {})) == "Match error: Missing key 'cloudBlob'"
    assert failure(admin.post("cloud.manualRegister", {"cloudBlob": "x"})) == "Workspace is already registered"
    assert failure(admin.post("cloud.connectWorkspace", {})).endswith("[invalid-params]")
    status = admin.get("cloud.registrationStatus").json()["registrationStatus"]
    assert status["workspaceRegistered"] is True
    assert status["workspaceId"] == registered().public_id


@pytest.mark.parametrize("blob", ["", "nonsense", "e30", "W10"])
def test_an_invalid_registration_file_is_refused(db: None, blob: str) -> None:
    with pytest.raises(ApplicationError) as refused:
        manual_register(blob=blob)
    assert refused.value.code == "error-registration-file"
    assert not CloudConnection.objects.exists()


def test_a_workspace_can_read_only_its_own_counts(connected: str, client: Client) -> None:
    ours, month = registered(), month_of()
    theirs, _token = registered_workspace("another")
    for workspace, count in ((ours, 7), (theirs, 5)):
        QuotaMonth.objects.create(workspace=workspace, month=month, used=count)
        UsageCount.objects.create(
            workspace=workspace, day=month, app="org.opera", platform="gcm", outcome=Outcome.ACCEPTED, count=count
        )
    headers = {"Authorization": f"Bearer {access_token_renew()}"}
    usage = client.get(f"/api/cloud/usage?month={month:%Y-%m}", headers=headers).json()["usage"]
    assert (usage["used"], usage["byApp"]) == (7, [{"name": "org.opera", "count": 7}])
    file = client.get("/api/cloud/usage.csv", headers=headers).content.decode()
    assert file.splitlines() == ["day,app,platform,outcome,count", f"{month},org.opera,gcm,accepted,7"]
    assert client.get("/api/cloud/usage?month=May", headers=headers).json()["errorType"] == "invalid-params"


def test_the_cloud_returns_nothing_without_credentials(site: str, client: Client) -> None:
    for path in ("sync", "address", "disconnect"):
        body = '{"siteUrl": "http://x.example", "uniqueId": "u", "name": "n", "termsKnown": 0, "consents": []}'
        assert client.post(f"/api/cloud/{path}", body, content_type="application/json").status_code == 401
    assert client.get("/api/cloud/usage").status_code == 401
    assert client.get("/api/cloud/usage.csv").status_code == 401


def test_each_response_of_the_cloud_contains_its_gateway_url(connected: str) -> None:
    assert CloudConnection.objects.get().gateway_url == connected
    CloudConnection.objects.update(gateway_url="https://former.example")
    cloud_sync()
    assert CloudConnection.objects.get().gateway_url == connected
