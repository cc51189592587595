"""Encryption with a passphrase: scrypt makes the key, and AES-GCM encrypts and authenticates."""

from __future__ import annotations

import hashlib
import json
import os
from base64 import b64decode, b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from workspace.backup.problems import BackupError

# 64 MB of memory and a fifth of a second for each guess.
COST, BLOCK_SIZE, PARALLEL = 2**16, 8, 1
# An archive from elsewhere cannot demand more memory than this.
MAX_COST, MAX_MEMORY = 2**18, 512 * 1024 * 1024
MIN_LENGTH = 12


def seal(content: bytes, *, passphrase: str, context: bytes) -> bytes:
    """Return the content encrypted. `context` is not contained, but must be the same for `unseal`."""
    salt, nonce = os.urandom(16), os.urandom(12)
    key = passphrase_key(passphrase, salt=salt, cost=COST, block_size=BLOCK_SIZE, parallel=PARALLEL)
    encrypted = AESGCM(key).encrypt(nonce, content, context)
    binary = {"salt": salt, "nonce": nonce, "encrypted": encrypted}
    values = {name: b64encode(value).decode() for name, value in binary.items()}
    return json.dumps({"kdf": "scrypt", "n": COST, "r": BLOCK_SIZE, "p": PARALLEL, **values}).encode()


def unseal(sealed: bytes, *, passphrase: str, context: bytes) -> bytes:
    """Return the content; raises BackupError if the passphrase is wrong, or the content or the context was changed."""
    try:
        stored = json.loads(sealed)
        cost, block_size, parallel = int(stored["n"]), int(stored["r"]), int(stored["p"])
        salt, nonce, encrypted = (b64decode(stored[name]) for name in ("salt", "nonce", "encrypted"))
        if not (0 < cost <= MAX_COST and 0 < block_size <= BLOCK_SIZE and 0 < parallel <= 4):
            raise ValueError
        key = passphrase_key(passphrase, salt=salt, cost=cost, block_size=block_size, parallel=parallel)
        return AESGCM(key).decrypt(nonce, encrypted, context)
    except InvalidTag:
        raise BackupError("The passphrase is wrong, or the backup was altered.") from None
    except (ValueError, TypeError, KeyError):
        raise BackupError("The backup is damaged: its keys cannot be read.") from None


def passphrase_key(passphrase: str, *, salt: bytes, cost: int, block_size: int, parallel: int) -> bytes:
    """Return the key of 256 bits that belongs to the passphrase and the salt."""
    return hashlib.scrypt(passphrase.encode(), salt=salt, n=cost, r=block_size, p=parallel, maxmem=MAX_MEMORY, dklen=32)
