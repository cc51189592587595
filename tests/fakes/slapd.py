"""Debian's LDAP server, with three people and two groups."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

from tests.fakes.certificates import Authority
from tests.fakes.servers import port_free
from tests.waiting import wait_until

BASE, ADMIN_DN, ADMIN_PASSWORD = "dc=example,dc=org", "cn=admin,dc=example,dc=org", "search account"
PASSWORD = "correct horse"
CONFIGURATION = """
include {schema}/core.schema
include {schema}/cosine.schema
include {schema}/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {folder}/pid
TLSCertificateFile {folder}/certificate.pem
TLSCertificateKeyFile {folder}/key.pem
database mdb
suffix "{base}"
rootdn "{admin}"
rootpw "{password}"
directory {folder}/data
access to attrs=userPassword by anonymous auth by * none
access to * by users read by * none
"""
PEOPLE = """dn: dc=example,dc=org
objectClass: dcObject
objectClass: organization
dc: example
o: Example

dn: ou=people,dc=example,dc=org
objectClass: organizationalUnit
ou: people

dn: ou=groups,dc=example,dc=org
objectClass: organizationalUnit
ou: groups

dn: cn=chat-moderators,ou=groups,dc=example,dc=org
objectClass: groupOfNames
cn: chat-moderators
member: uid=ana,ou=people,dc=example,dc=org

dn: cn=stage (left),ou=groups,dc=example,dc=org
objectClass: groupOfNames
cn: stage (left)
member: uid=eve*,ou=people,dc=example,dc=org
"""
PERSON = """
dn: uid={uid},ou=people,dc=example,dc=org
objectClass: inetOrgPerson
uid: {uid}
cn: {name}
sn: {name}
mail: {uid}@example.org
employeeType: {kind}
userPassword: {password}
"""


def slapd_check() -> str:
    """Return the path of the server; skips the test if it is not installed."""
    program = shutil.which("slapd", path="/usr/sbin:/usr/local/sbin:/usr/bin")
    if program is None:
        pytest.skip("slapd is not installed (Debian: apt-get install slapd).")
    return program


class Slapd:
    """Use as a context manager. `port` takes LDAP and STARTTLS, `tls_port` LDAPS."""

    def __init__(self, authority: Authority) -> None:
        self._program = slapd_check()
        self._authority = authority
        self.port, self.tls_port = port_free(), port_free()

    def __enter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix="callboard-slapd-"))
        (self._folder / "data").mkdir()
        issued = self._authority.server()
        (self._folder / "certificate.pem").write_text(issued.certificate)
        (self._folder / "key.pem").write_text(issued.key)
        configuration = CONFIGURATION.format(
            schema="/etc/ldap/schema", folder=self._folder, base=BASE, admin=ADMIN_DN, password=ADMIN_PASSWORD
        )
        (self._folder / "slapd.conf").write_text(configuration)
        people = [("ana", "Ana Silva", "staff"), ("bob", "Bob (guest)", "guest"), ("eve*", "Eve", "staff")]
        entries = [PERSON.format(uid=uid, name=name, kind=kind, password=PASSWORD) for uid, name, kind in people]
        (self._folder / "people.ldif").write_text(PEOPLE + "".join(entries))
        slapadd = [self._program, "-T", "add", "-f", "slapd.conf", "-l", "people.ldif"]
        subprocess.run(slapadd, cwd=self._folder, check=True, capture_output=True, timeout=60)
        addresses = f"ldap://127.0.0.1:{self.port}/ ldaps://127.0.0.1:{self.tls_port}/"
        self._process = subprocess.Popen(
            [self._program, "-f", "slapd.conf", "-h", addresses, "-d", "0"],
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_until((self._folder / "pid").exists, seconds=30, failure="slapd does not start.")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Nothing in it is worth an orderly end, which may wait for connections.
        self._process.kill()
        self._process.wait(60)
        shutil.rmtree(self._folder)
