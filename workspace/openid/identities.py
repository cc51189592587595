"""People as other servers describe them, and which accounts they get."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who a person is according to another server. Texts may be empty."""

    subject: str
    username: str = ""
    name: str = ""
    email: str = ""
    email_verified: bool = False
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRules:
    """Which accounts people from another server get. `source` identifies the server in stored links."""

    source: str
    label: str
    creates: bool = True
    links: bool = False
    trusts_email: bool = False
    domains: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    roles_mapping: tuple[tuple[str, str], ...] = ()
