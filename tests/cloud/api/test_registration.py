"""cloud.createRegistrationIntent, cloud.confirmationPoll and cloud.workspaceRegisterData"""

from __future__ import annotations

import base64
import json
import re

import pytest
from django.core import mail
from django.test import Client

from cloud.models import CloudConnection
from tests.admin_rows import administrator
from tests.api_client import NOT_SIGNED_IN, ApiClient, failure
from tests.factories import UserFactory
from workspace.models import GeneralSettings

pytestmark = pytest.mark.django_db


@pytest.mark.django_db(transaction=True)
def test_a_workspace_registers_by_e_mail(site: str, client: Client) -> None:
    api = ApiClient(administrator())
    intent = api.post("cloud.createRegistrationIntent", email="ada@example.org", resend=False).json()["intentData"]
    (message,) = mail.outbox
    assert intent["user_code"] in message.body
    assert intent["interval"] == 3
    poll = api.get("cloud.confirmationPoll", deviceCode=intent["device_code"]).json()
    assert poll == {"pollData": {"successful": False, "status": "pending"}, "success": True}
    link = re.search(r"/cloud/confirm/\S+", message.body)
    assert link
    client.post(link[0])
    answer = api.get("cloud.confirmationPoll", deviceCode=intent["device_code"])
    assert answer.json()["pollData"] == {"successful": True, "status": "successful"}
    secret = CloudConnection.objects.get().client_secret
    assert secret
    assert secret not in answer.text
    assert failure(api.post("cloud.createRegistrationIntent", email="ada@example.org")).endswith(
        "[error-already-registered]"
    )


def test_an_unknown_registration_is_reported() -> None:
    api = ApiClient(administrator())
    assert failure(api.get("cloud.confirmationPoll", deviceCode="x")) == "Invalid query"
    assert "required property 'deviceCode'" in failure(api.get("cloud.confirmationPoll"))
    assert "required property 'email'" in failure(api.post("cloud.createRegistrationIntent"))


def test_the_register_data_identify_the_workspace() -> None:
    data = ApiClient(administrator()).get("cloud.workspaceRegisterData").json()["registerData"]
    assert json.loads(base64.b64decode(data))["uniqueId"] == GeneralSettings.current().unique_id


@pytest.mark.parametrize("name", ["cloud.confirmationPoll", "cloud.workspaceRegisterData"])
def test_the_permission_is_required(name: str) -> None:
    assert failure(ApiClient(UserFactory()).get(name), 403).endswith("[error-unauthorized]")
    assert ApiClient().get(name).json() == NOT_SIGNED_IN


def test_the_permission_is_required_to_register() -> None:
    name = "cloud.createRegistrationIntent"
    assert failure(ApiClient(UserFactory()).post(name), 403).endswith("[error-unauthorized]")
    assert ApiClient().post(name).json() == NOT_SIGNED_IN
