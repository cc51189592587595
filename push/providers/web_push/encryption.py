"""Encryption of web push messages for one subscription (RFC 8291, in one record of RFC 8188's `aes128gcm`)."""

from __future__ import annotations

import os

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CURVE = ec.SECP256R1()
SALT_BYTES = 16
RECORD_BYTES = 4096
# The only record is the last one.
END_OF_LAST_RECORD = b"\x02"
# Salt, record size and sender's key with their lengths; then the end mark and the tag of AES-GCM.
OVERHEAD_BYTES = SALT_BYTES + 4 + 1 + 65 + 1 + 16


def message_encrypt(
    plain: bytes,
    *,
    public_key: bytes,
    auth_secret: bytes,
    sender_key: ec.EllipticCurvePrivateKey | None = None,
    salt: bytes | None = None,
) -> bytes:
    """Return the request body for a subscription with this public key (an uncompressed point of P-256) and secret.

    Each message gets a new `sender_key` and `salt`; only tests pass their own. Raises ValueError for a public key that
    is not on the curve, and for a message that does not fit into one record.
    """
    if len(plain) + OVERHEAD_BYTES > RECORD_BYTES:
        raise ValueError("The message does not fit into one record.")
    receiver = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, public_key)
    sender_key = sender_key or ec.generate_private_key(CURVE)
    salt = salt or os.urandom(SALT_BYTES)
    sender = sender_key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    secret = derived(
        sender_key.exchange(ec.ECDH(), receiver),
        salt=auth_secret,
        info=b"WebPush: info\0" + public_key + sender,
        length=32,
    )
    key = derived(secret, salt=salt, info=b"Content-Encoding: aes128gcm\0", length=16)
    nonce = derived(secret, salt=salt, info=b"Content-Encoding: nonce\0", length=12)
    header = salt + RECORD_BYTES.to_bytes(4) + bytes([len(sender)]) + sender
    return header + AESGCM(key).encrypt(nonce, plain + END_OF_LAST_RECORD, None)


def derived(secret: bytes, *, salt: bytes, info: bytes, length: int) -> bytes:
    """Return a key derived from a secret (HKDF with SHA-256)."""
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(secret)
