"""Finding a person in the directory and checking their password there.

ldap3 is used because it is written in Python: python-ldap has to be compiled against OpenLDAP's headers, which
`pip install` cannot bring along.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from workspace.database.connections import connections_release
from workspace.models import LdapSettings
from workspace.models.servers.ldap import Encryption
from workspace.models.servers.openid import mapping_in, names_in
from workspace.openid.identities import AccountRules, Identity
from workspace.outbound import is_forbidden, outbound_current

try:
    import ldap3
    from ldap3.core.exceptions import LDAPException
    from ldap3.utils.conv import escape_filter_chars
except ImportError:
    ldap3 = None

# In stored links. There is one directory, and its ids are unique.
SOURCE = "ldap"


class DirectoryError(Exception):
    """The directory cannot be reached, or refuses the search. The message is for the log, without secrets."""


class DirectoryUnreachableError(DirectoryError):
    """There is no connection to the directory, or it ended. The message is the kind of error."""


def ldap_is_installed() -> bool:
    """Return True if the library is installed."""
    return ldap3 is not None


def ldap_is_used() -> bool:
    """Return True if users sign in with a directory."""
    return ldap3 is not None and LdapSettings.current().enabled


def ldap_rules() -> AccountRules:
    """Return which accounts people of the directory get."""
    settings = LdapSettings.current()
    return AccountRules(
        source=SOURCE,
        label="LDAP",
        creates=settings.creates,
        links=settings.links,
        trusts_email=True,
        roles=("user",),
        roles_mapping=tuple(mapping_in(settings.roles_mapping)),
    )


def ldap_identity(*, name: str, password: str) -> Identity | None:
    """Return the person with this name and password; None if there is none. Raises DirectoryError.

    No database connection is used meanwhile: slow directories must not block others.
    """
    # A bind without a password is anonymous and always succeeds (RFC 4513, 5.1.2).
    if not name or not password or "\0" in password:
        return None
    settings = LdapSettings.current()
    connections_release()
    try:
        with connection_open(settings, settings.bind_dn, settings.bind_password) as searching:
            search_account_bind(searching)
            entry = entry_find(searching, settings, name)
            if entry is None:
                return None
            identity = identity_of(entry, settings)
            groups = groups_of(searching, settings, entry["dn"], identity.username)
        with connection_open(settings, entry["dn"], password) as checking:
            return replace(identity, groups=groups) if checking.bind() else None
    except (LDAPException, OSError) as error:
        raise DirectoryError(type(error).__name__) from error


def people_found() -> list[Identity]:
    """Return up to two of the people who may sign in, to test the settings. Raises DirectoryError."""
    settings = LdapSettings.current()
    attributes = [settings.id_field, settings.username_field, settings.name_field, settings.email_field]
    connections_release()
    try:
        with connection_open(settings, settings.bind_dn, settings.bind_password) as searching:
            search_account_bind(searching)
            entries = entries_of(searching, settings, settings.base_dn, settings.search_filter, attributes=attributes)
            return [identity_of(entry, settings) for entry in entries]
    except (LDAPException, OSError) as error:
        raise DirectoryUnreachableError(type(error).__name__) from error


def search_account_bind(connection: Any) -> None:
    """Sign in the account that searches. Raises DirectoryError if it is refused."""
    if not connection.bind():
        raise DirectoryError(f"the search account is refused: {connection.result['description']}")


@contextmanager
def connection_open(settings: LdapSettings, user: str, password: str) -> Iterator[Any]:
    """Open a connection, encrypted if the settings say so, and close it at the end. It is not bound yet."""
    host_check(settings)
    server = ldap3.Server(
        settings.host,
        port=settings.port,
        use_ssl=settings.encryption == Encryption.TLS,
        tls=ldap3.Tls(validate=ssl.CERT_REQUIRED, ca_certs_file=outbound_current().ca_file),
        connect_timeout=settings.timeout,
        get_info=ldap3.NONE,
    )
    connection = ldap3.Connection(
        server,
        user=user or None,
        password=password or None,
        receive_timeout=settings.timeout,
        auto_referrals=False,
        read_only=True,
    )
    try:
        connection.open()
        if settings.encryption == Encryption.STARTTLS and not connection.start_tls():
            raise DirectoryError("STARTTLS is refused")
        yield connection
    finally:
        connection.unbind()
        # ldap3 leaves the socket open if it could not connect.
        if connection.socket is not None:
            connection.socket.close()


def host_check(settings: LdapSettings) -> None:
    """Raise DirectoryError for hosts that requests to other servers never go to."""
    addresses = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)
    if any(is_forbidden(str(address[0])) for *_kind, address in addresses):
        raise DirectoryError("the host has a link-local address")


def entry_find(connection: Any, settings: LdapSettings, name: str) -> Mapping[str, Any] | None:
    """Return the only entry with this name."""
    value = escape_filter_chars(name)
    names = "".join(f"({attribute}={value})" for attribute in names_in(settings.search_field))
    attributes = [settings.id_field, settings.username_field, settings.name_field, settings.email_field]
    entries = entries_of(
        connection, settings, settings.base_dn, f"(&{settings.search_filter}(|{names}))", attributes=attributes
    )
    return entries[0] if len(entries) == 1 else None


def groups_of(connection: Any, settings: LdapSettings, user_dn: str, username: str) -> tuple[str, ...]:
    """Return those of the groups that have roles here in which the person is; one search for each of them."""
    base, found = settings.groups_base_dn or settings.base_dn, []
    for group in dict(mapping_in(settings.roles_mapping)):
        wanted = settings.group_filter
        for name, value in (("groupName", group), ("userdn", user_dn), ("username", username)):
            wanted = wanted.replace(f"#{{{name}}}", escape_filter_chars(value))
        if entries_of(connection, settings, base, wanted, attributes=[]):
            found.append(group)
    return tuple(found)


def entries_of(
    connection: Any, settings: LdapSettings, base: str, wanted: str, *, attributes: Iterable[str]
) -> list[Mapping[str, Any]]:
    """Return up to two entries that match the filter."""
    connection.search(
        base,
        wanted,
        attributes=sorted({attribute for attribute in attributes if attribute}),
        size_limit=2,
        time_limit=settings.timeout,
    )
    description = connection.result["description"]
    if description not in ("success", "sizeLimitExceeded"):
        raise DirectoryError(f"the search is refused: {description}")
    return [entry for entry in connection.response if entry["type"] == "searchResEntry"]


def identity_of(entry: Mapping[str, Any], settings: LdapSettings) -> Identity:
    """Return the person that an entry describes."""
    raw = {str(name).lower(): values for name, values in entry["raw_attributes"].items()}

    def value(name: str) -> bytes:
        values = raw.get(name.lower()) or [b""]
        return bytes(values[0])

    def text(name: str, length: int) -> str:
        return value(name).decode("utf-8", "replace").replace("\0", "").strip()[:length]

    subject = value(settings.id_field)
    if not subject:
        raise DirectoryError(f"entries have no attribute {settings.id_field}")
    return Identity(
        # Those of Active Directory are binary.
        subject=subject.decode() if subject.isascii() and subject.decode().isprintable() else subject.hex(),
        username=text(settings.username_field, 254),
        name=text(settings.name_field, 255),
        email=text(settings.email_field, 254),
        email_verified=True,
    )
