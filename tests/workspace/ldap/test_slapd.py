"""Signing in with a real directory, Debian's slapd."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user
from django.test import Client

from tests.api_client import ApiClient
from tests.factories import PASSWORD as LOCAL_PASSWORD
from tests.factories import UserFactory
from tests.fakes.certificates import Authority
from tests.fakes.slapd import ADMIN_DN, ADMIN_PASSWORD, BASE, PASSWORD, Slapd
from tests.second_factors import second_factor_of
from workspace.models import LdapSettings, User
from workspace.selectors.accounts import roles_of
from workspace.services.accounts import roles_set

pytestmark = [pytest.mark.processes, pytest.mark.django_db]


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture(scope="module")
def slapd(authority: Authority) -> Iterator[Slapd]:
    with Slapd(authority) as server:
        yield server


@pytest.fixture(autouse=True)
def directory(slapd: Slapd, authority: Authority, settings: Any, tmp_path: Path) -> None:
    settings.OUTBOUND_CA_FILE, settings.DATA_DIR = str(tmp_path / "ca.pem"), tmp_path
    Path(settings.OUTBOUND_CA_FILE).write_text(authority.pem)
    configure(
        enabled=True,
        host="127.0.0.1",
        port=slapd.tls_port,
        base_dn=f"ou=people,{BASE}",
        search_filter="(employeeType=staff)",
        search_field="uid, mail",
        bind_dn=ADMIN_DN,
        bind_password=ADMIN_PASSWORD,
    )


def configure(**values: Any) -> None:
    LdapSettings._default_manager.update_or_create(pk=1, defaults=values)


def sign_in(username: str, password: str = PASSWORD) -> Any:
    client = Client()
    client.response = client.post("/sign-in/", {"username": username, "password": password})
    return client


def signed_in(username: str, password: str = PASSWORD) -> str:
    """Return the username of the account that is signed in with a name and password; empty if none is."""
    return str(get_user(sign_in(username, password)).get_username())


@pytest.mark.parametrize("encryption", ["ssl", "tls", "plain"])
def test_people_sign_in_by_name_and_by_address(slapd: Slapd, encryption: str) -> None:
    configure(encryption=encryption, port=slapd.tls_port if encryption == "ssl" else slapd.port)
    assert signed_in("ana") == signed_in("ana@example.org") == "ana"
    ana = User.objects.get()
    assert (ana.name, ana.has_usable_password()) == ("Ana Silva", False)
    assert list(ana.emails.values_list("address", "verified")) == [("ana@example.org", True)]


def test_wrong_passwords_other_people_and_filters_are_refused() -> None:
    for name, password in (
        ("ana", "wrong"),
        ("ana", ""),
        ("bob", PASSWORD),
        ("nobody", PASSWORD),
        ("an*", PASSWORD),
        ("ana)(uid=ana", PASSWORD),
        ("a\0na", PASSWORD),
    ):
        assert not signed_in(name, password), name
    assert not User.objects.exists()
    # The star is part of this name.
    assert signed_in("eve*") == "eve"


def test_apps_sign_in_with_the_directory() -> None:
    client = ApiClient()
    reply = client.post("login", ldap=True, username="ana", ldapPass=PASSWORD, ldapOptions={})
    assert reply.json()["data"]["me"]["username"] == "ana"
    assert client.post("login", user="ana", password=PASSWORD).status_code == 200
    assert client.post("login", ldap=True, username="ana", ldapPass="wrong", ldapOptions={}).status_code == 401
    public = {row["_id"]: row["value"] for row in client.get("settings.public", count=0).json()["settings"]}
    assert public["LDAP_Enable"] is True


def test_the_second_factor_is_asked_for() -> None:
    UserFactory(username="ana")
    assert signed_in("ana") == "ana-1"
    second_factor_of(User.objects.get(username="ana-1"))
    client = sign_in("ana")
    assert "authenticator app" in client.response.content.decode()
    assert not get_user(client).is_authenticated


def test_local_passwords_are_accepted_if_the_settings_say_so() -> None:
    UserFactory(username="cy")
    UserFactory(username="rose", roles=("admin", "user"))
    assert signed_in("cy", LOCAL_PASSWORD) == "cy"
    configure(local_passwords=False)
    assert not signed_in("cy", LOCAL_PASSWORD)
    # Administrators can always repair the settings.
    assert signed_in("rose", LOCAL_PASSWORD) == "rose"


def test_a_directory_that_cannot_be_used_does_not_block_local_passwords(caplog: pytest.LogCaptureFixture) -> None:
    UserFactory(username="cy")
    configure(bind_password="another password")
    assert signed_in("cy", LOCAL_PASSWORD) == "cy"
    assert "user.directory_failed" in caplog.text
    assert "another password" not in caplog.text
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        configure(port=silent.getsockname()[1], encryption="plain", timeout=1)
        begin = time.monotonic()
        assert signed_in("cy", LOCAL_PASSWORD) == "cy"
        assert time.monotonic() - begin < 5


def test_another_authority_is_not_trusted(settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    Path(settings.OUTBOUND_CA_FILE).write_text(Authority().pem)
    assert not signed_in("ana")
    assert "user.directory_failed" in caplog.text


def test_roles_follow_groups_at_each_sign_in() -> None:
    groups = {
        "roles_mapping": "chat-moderators: moderator\nstage (left): leader",
        "groups_base_dn": f"ou=groups,{BASE}",
    }
    configure(**groups)
    signed_in("ana")
    ana = User.objects.get(username="ana")
    assert set(roles_of(ana)) == {"user", "moderator"}
    roles_set(user=ana, roles={"user", "leader", "bot"})
    signed_in("ana")
    # Roles that no group gives stay as they are.
    assert set(roles_of(ana)) == {"user", "moderator", "bot"}
    signed_in("eve*")
    assert "leader" in roles_of(User.objects.get(username="eve"))
    configure(group_filter="(&(cn=#{groupName})(description=nothing))")
    signed_in("ana")
    assert set(roles_of(ana)) == {"user", "bot"}


def test_administrators_test_the_directory(slapd: Slapd) -> None:
    client = Client()
    client.force_login(UserFactory(roles=("admin", "user")), backend="workspace.authentication.NameOrEmailBackend")

    def result() -> str:
        return str(client.post("/admin/settings/ldap/test/", follow=True).content.decode())

    assert "Test the connection" in client.get("/admin/settings/ldap/").content.decode()
    assert "The directory works." in result()
    configure(search_filter="(employeeType=nobody)")
    assert "match nobody" in result()
    configure(bind_password="another password")
    html = result()
    assert "the search account is refused: invalidCredentials" in html
    assert "another password" not in html
    configure(port=1, timeout=1)
    assert "127.0.0.1 cannot be reached on port 1" in result()
    configure(host="")
    assert "Enter the host and the base DN first" in result()
