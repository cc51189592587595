"""How this installation reaches other servers: its proxy, and the certificate authorities that it trusts."""

from __future__ import annotations

import hashlib
import os
import ssl
import threading
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import certifi
from django.conf import settings

from workspace.config.env import data_directory


@dataclass(frozen=True, slots=True)
class Outbound:
    """`proxy` is a URL or empty, `no_proxy` lists hosts to reach directly, `ca_file` the trusted authorities."""

    proxy: str = field(default="", repr=False)
    no_proxy: str = ""
    ca_file: str = ""


def outbound_current() -> Outbound:
    """Return the configured values (`OUTBOUND_PROXY`, `OUTBOUND_NO_PROXY`, `OUTBOUND_CA_FILE`)."""
    return Outbound(
        proxy=settings.OUTBOUND_PROXY,
        no_proxy=",".join(settings.OUTBOUND_NO_PROXY),
        ca_file=ca_file_with(settings.OUTBOUND_CA_FILE) if settings.OUTBOUND_CA_FILE else ca_file_of_system(),
    )


def ca_file_of_system() -> str:
    """Return the file with the certificate authorities that the system trusts."""
    return ssl.get_default_verify_paths().cafile or certifi.where()


@cache
def ca_file_with(extra: str) -> str:
    """Return a file with the authorities of the system and those in the file `extra`.

    libcurl reads a single file. It is stored in `DATA_DIR`; its name is derived from its content, so processes share
    it.
    """
    content = Path(ca_file_of_system()).read_bytes() + b"\n" + Path(extra).read_bytes()
    target = Path(settings.DATA_DIR) / f"outbound-ca-{hashlib.sha256(content).hexdigest()[:16]}.pem"
    if not target.exists():
        data_directory(target.parent)
        temporary = target.with_name(f".{target.name}.{os.getpid()}.{threading.get_ident()}")
        temporary.write_bytes(content)
        temporary.replace(target)
    return str(target)
