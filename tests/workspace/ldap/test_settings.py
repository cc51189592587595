"""The settings of the directory, and sign-ins without one."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.contrib.auth import get_user
from django.core.exceptions import ValidationError
from django.test import Client

from tests.api_client import ApiClient
from tests.factories import PASSWORD, UserFactory
from workspace.models import ChangeSource, LdapSettings
from workspace.models.servers.ldap import filter_validate
from workspace.services.settings import Origin, settings_save

pytestmark = pytest.mark.django_db

COMPLETE = {"LDAP_Host": "ldap.example.org", "LDAP_BaseDN": "dc=example,dc=org"}


def save(**values: Any) -> None:
    settings_save(values=values, origin=Origin(source=ChangeSource.API))


def test_an_incomplete_directory_cannot_be_turned_on(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Exception, match="LDAP needs this"):
        save(LDAP_Enable=True)
    with monkeypatch.context() as patch:
        patch.setattr("workspace.models.servers.ldap.importlib.util.find_spec", lambda _name: None)
        with pytest.raises(Exception, match=r"pip install callboard\[ldap\]"):
            save(LDAP_Enable=True, **COMPLETE)
    save(LDAP_Enable=True, **COMPLETE)
    assert LdapSettings.current().enabled


def test_filters_are_checked() -> None:
    for good in ("(uid=a)", "(&(a=b)(!(c=d)))"):
        filter_validate(good)
    for bad in ("uid=a", "(uid=a", "(uid=a))", "(a=b)(c=d)", "()"):
        with pytest.raises(ValidationError):
            filter_validate(bad)


def test_a_directory_that_is_down_leaves_local_passwords() -> None:
    cy = UserFactory(username="cy")
    # Nothing listens on this port.
    LdapSettings(enabled=True, host="127.0.0.1", port=1, base_dn="dc=example", timeout=1).save()
    client, begin = Client(), time.monotonic()
    client.post("/sign-in/", {"username": "cy", "password": PASSWORD})
    assert get_user(client) == cy
    LdapSettings.objects.update(local_passwords=False)
    LdapSettings.forget_cached()
    other = Client()
    assert (
        "Wrong username or password."
        in other.post("/sign-in/", {"username": "cy", "password": PASSWORD}).content.decode()
    )
    assert time.monotonic() - begin < 5


def test_apps_that_sign_in_for_a_directory_can_use_local_passwords() -> None:
    UserFactory(username="cy")
    reply = ApiClient().post("login", ldap=True, username="cy", ldapPass=PASSWORD, ldapOptions={})
    assert reply.json()["data"]["me"]["username"] == "cy"
