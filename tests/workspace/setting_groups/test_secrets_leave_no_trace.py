"""Saved secrets must not appear in the database, logs, pages or responses in plain text."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from push.models import PushSettings
from tests.api_client import ApiClient
from tests.factories import UserFactory
from tests.keys import certificate_pem, ec_key, key_pem, rsa_key, service_account_json
from tests.workspace.pages.test_settings_group import entered
from workspace.models import User
from workspace.setting_groups.registry import groups, settings_by_id, settings_of

pytestmark = pytest.mark.django_db(transaction=True)

PAGES = [
    "/admin/",
    "/admin/search/?q=apn",
    "/admin/settings/push/",
    "/admin/settings/openid/",
    "/admin/settings/history/",
]


def secrets() -> dict[str, str]:
    """Return a value for every secret setting."""
    key = key_pem(rsa_key(), "Zanzibar-open-sesame")
    return {
        "Push_apn_passphrase": "Zanzibar-open-sesame",
        "Push_apn_key": key,
        "Push_apn_cert": certificate_pem(rsa_key()),
        "Push_apn_dev_passphrase": "Zanzibar-open-barley",
        "Push_apn_dev_key": key_pem(rsa_key("dev"), "Zanzibar-open-barley"),
        "Push_apn_dev_cert": certificate_pem(rsa_key("dev")),
        "Push_apn_token_key": key_pem(ec_key()),
        "Push_google_api_credentials": service_account_json(private_key_id="Zanzibar-key-id"),
        "Push_gcm_api_key": "Zanzibar-legacy-key",
        "Push_gcm_project_number": "Zanzibar-4711",
        "LDAP_Authentication_Password": "Zanzibar-search-account",
        "SMTP_Password": "Zanzibar-mail-password",
        **{f"Accounts_OAuth_Custom_{number}_secret": f"Zanzibar-client-{number}" for number in (1, 2, 3)},
    }


def traces(values: dict[str, str]) -> list[str]:
    """Return the parts of a secret that reveal it: its lines without those that all such files share."""
    lines = [line for value in values.values() for line in value.replace("\\n", "\n").splitlines()]
    return [line for line in lines if len(line) > 10 and "-----" not in line]


def dump() -> str:
    """Return every row of every table, as stored."""
    with connection.cursor() as cursor:
        parts = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            parts += [str(row) for row in cursor.fetchall()]
    return "\n".join(parts)


def files() -> Iterator[str]:
    """Yield the content of the database's files, including journals, if it has files."""
    if connection.vendor == "sqlite":
        for path in Path(settings.DATA_DIR).glob("*.sqlite3*"):
            yield path.read_bytes().decode("latin-1")


@pytest.fixture
def admin() -> User:
    return UserFactory(username="rose", roles=("admin", "user"))


@pytest.fixture
def client(admin: User) -> Client:
    client = Client()
    client.force_login(admin)
    return client


def test_every_secret_setting_is_searched_for() -> None:
    assert set(secrets()) == {entry.id for entry in settings_by_id().values() if entry.declaration.secret}


@pytest.mark.thorough
@pytest.mark.any_database
def test_no_secret_is_found_anywhere(admin: User, client: Client, caplog: pytest.LogCaptureFixture) -> None:
    values, api = secrets(), ApiClient(admin)
    with caplog.at_level(logging.DEBUG):
        answers = []
        for group in groups():
            own = {entry.id: values[entry.id] for entry in settings_of(group) if entry.id in values}
            if own:
                own |= {"SMTP_Username": "chat"} if "SMTP_Password" in own else {}
                answers.append(client.post(f"/admin/settings/{group.slug()}/", entered(group, **own), follow=True))
        assert PushSettings.current().apn_dev_passphrase == "Zanzibar-open-barley"
        bad = {"Push_apn_passphrase": "Zanzibar-wrong-one", "Push_apn_token_key": "Zanzibar no key at all"}
        answers.append(client.post("/admin/settings/push/", entered(PushSettings, **bad)))
        answers += [api.post(f"settings/{name}", value=value) for name, value in (values | bad).items()]
        answers.append(api.post("settings", settings=[{"_id": name, "value": bad[name]} for name in bad]))
        answers += [client.get(page) for page in PAGES]
        answers += [api.get("settings", count=0, includeDefaults="true"), api.get("settings.public", count=0)]
        answers += [api.get(f"settings/{name}") for name in values]
    searched = {
        "an answer": "\n".join(answer.content.decode() for answer in answers),
        "the logs": caplog.text,
        "the tables": dump(),
        "the files": "\n".join(files()),
    }
    for trace in traces(values | bad):
        assert not [place for place, text in searched.items() if trace in text], trace
