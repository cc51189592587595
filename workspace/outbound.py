"""How this installation reaches the outside: its proxy, and the certificate authorities that it trusts."""

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
    """`proxy` is an address or empty; `no_proxy` names hosts reached without it; `ca_file` holds whom to trust."""

    proxy: str = field(default="", repr=False)
    no_proxy: str = ""
    ca_file: str = ""


def outbound_current() -> Outbound:
    """Return what the configuration says (`OUTBOUND_PROXY`, `OUTBOUND_NO_PROXY`, `OUTBOUND_CA_FILE`)."""
    return Outbound(
        proxy=settings.OUTBOUND_PROXY,
        no_proxy=",".join(settings.OUTBOUND_NO_PROXY),
        ca_file=ca_file_with(settings.OUTBOUND_CA_FILE) if settings.OUTBOUND_CA_FILE else ca_file_of_system(),
    )


def ca_file_of_system() -> str:
    """Return the file with the authorities that the system trusts."""
    return ssl.get_default_verify_paths().cafile or certifi.where()


@cache
def ca_file_with(extra: str) -> str:
    """Return a file with the system's authorities and those in the file `extra`.

    libcurl reads one file. It lies in `DATA_DIR` under a name made from its content, so that processes share it.
    """
    content = Path(ca_file_of_system()).read_bytes() + b"\n" + Path(extra).read_bytes()
    target = Path(settings.DATA_DIR) / f"outbound-ca-{hashlib.sha256(content).hexdigest()[:16]}.pem"
    if not target.exists():
        data_directory(target.parent)
        draft = target.with_name(f".{target.name}.{os.getpid()}.{threading.get_ident()}")
        draft.write_bytes(content)
        draft.replace(target)
    return str(target)
