"""The keys of an installation in a backup, and in the installation that it is restored into."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self

from django.conf import settings

from workspace.backup.archive import private_file
from workspace.backup.problems import BackupError
from workspace.backup.sealing import unseal


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The keys that sign and encrypt, as in the settings of the same names. The first `encryption_keys` encrypts."""

    secret_key: str = field(repr=False)
    secret_key_fallbacks: list[str] = field(repr=False, default_factory=list)
    secret_key_previous: list[str] = field(repr=False, default_factory=list)
    encryption_keys: list[str] = field(repr=False)

    @classmethod
    def current(cls) -> Self:
        """Return the keys of this installation."""
        return cls(
            secret_key=settings.SECRET_KEY,
            secret_key_fallbacks=list(settings.SECRET_KEY_FALLBACKS),
            secret_key_previous=list(settings.SECRET_KEY_PREVIOUS),
            encryption_keys=list(settings.SALT_KEY),
        )

    def write(self) -> bytes:
        """Return the keys as JSON."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def open(cls, sealed: bytes, *, passphrase: str, context: bytes) -> Self:
        """Return the keys that an archive contains; raises BackupError for a wrong passphrase."""
        return cls.read(unseal(sealed, passphrase=passphrase, context=context))

    @classmethod
    def read(cls, content: bytes) -> Self:
        """Return the keys; raises BackupError if they are unreadable."""
        try:
            stored = json.loads(content)
            return cls(
                secret_key=str(stored["secret_key"]),
                secret_key_fallbacks=list(map(str, stored.get("secret_key_fallbacks", []))),
                secret_key_previous=list(map(str, stored.get("secret_key_previous", []))),
                encryption_keys=list(map(str, stored["encryption_keys"])),
            )
        except (ValueError, TypeError, KeyError):
            raise BackupError("The backup is damaged: its keys cannot be read.") from None


def keys_install(keys: Keys) -> list[str]:
    """Store the backup's keys in DATA_DIR, except those that the environment sets, and use them in this process.

    The keys of the environment take precedence; the backup's then only decrypt. Returns the names of the environment's
    variables that differ from the backup: secrets must be encrypted again, and sessions end.
    """
    differing = []
    if "secret_key" in settings.GENERATED_KEYS:
        key_store("secret_key", keys.secret_key)
        settings.SECRET_KEY = keys.secret_key
    elif keys.secret_key != settings.SECRET_KEY:
        differing.append("SECRET_KEY")
    if "encryption_key" in settings.GENERATED_KEYS:
        key_store("encryption_key", keys.encryption_keys[0])
        settings.SALT_KEY = keys.encryption_keys
    elif settings.SALT_KEY[0] != keys.encryption_keys[0]:
        differing.append("ENCRYPTION_KEY")
    settings.SALT_KEY = list(dict.fromkeys([*settings.SALT_KEY, *keys.encryption_keys]))
    earlier = [keys.secret_key, *keys.secret_key_fallbacks, *keys.secret_key_previous]
    settings.SECRET_KEY_PREVIOUS = list(dict.fromkeys([*settings.SECRET_KEY_PREVIOUS, *earlier]))
    return differing


def key_store(name: str, key: str) -> None:
    """Replace a generated key in DATA_DIR."""
    path = Path(settings.DATA_DIR) / name
    temporary = path.with_name(f".{name}.{os.getpid()}")

    temporary.unlink(missing_ok=True)
    try:
        with private_file(temporary) as file:
            file.write(key.encode())
        temporary.replace(path)
    except OSError as error:
        raise BackupError(f"A key cannot be stored in DATA_DIR: {error.strerror or error}.") from error
