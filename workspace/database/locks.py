"""Locks by name, for work that must not overlap but has no row of its own to lock."""

from __future__ import annotations

from enum import IntEnum
from zlib import crc32

from django.db import connection


class LockKind(IntEnum):
    """What a name is locked for. The numbers distinguish these locks from others in the same database."""

    SIGN_IN_NAME = 0x51A1
    SIGN_IN_ADDRESS = 0x51A2


def name_lock(kind: LockKind, name: str) -> None:
    """Wait until no other transaction has locked the name, and lock it until this one ends.

    On SQLite the transaction itself excludes others. Two names with the same checksum share a lock, which only costs
    time.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [kind.value, crc32(name.encode()) - 2**31])
