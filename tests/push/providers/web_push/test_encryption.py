"""The encryption of web push: RFC 8291's own example, and what another implementation reads."""

from __future__ import annotations

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from push.providers.web_push.encryption import OVERHEAD_BYTES, RECORD_BYTES, message_encrypt
from push.providers.web_push.vapid import base64url_decode

# RFC 8291, appendix A.
PLAIN = b"When I grow up, I want to be a watermelon"
SENDER_KEY = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
PUBLIC_KEY = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH_SECRET = "BTBZMqHH6r4Tts7J_aSIgg"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_y"
    "l95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)
AUTH = b"0123456789abcdef"


def private_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def public_bytes(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def test_the_example_of_the_standard_is_met() -> None:
    number = int.from_bytes(base64url_decode(SENDER_KEY))
    body = message_encrypt(
        PLAIN,
        public_key=base64url_decode(PUBLIC_KEY),
        auth_secret=base64url_decode(AUTH_SECRET),
        sender_key=ec.derive_private_key(number, ec.SECP256R1()),
        salt=base64url_decode(SALT),
    )
    assert body == base64url_decode(BODY)


@pytest.mark.parametrize("length", [0, 1, 1000, RECORD_BYTES - OVERHEAD_BYTES])
def test_another_implementation_reads_a_message_of_any_length(length: int) -> None:
    receiver = private_key()
    body = message_encrypt(b"x" * length, public_key=public_bytes(receiver), auth_secret=AUTH)
    assert len(body) == length + OVERHEAD_BYTES
    assert http_ece.decrypt(body, private_key=receiver, auth_secret=AUTH) == b"x" * length


def test_each_message_has_its_own_key_and_salt() -> None:
    public_key = public_bytes(private_key())
    bodies = [message_encrypt(PLAIN, public_key=public_key, auth_secret=AUTH) for _time in range(2)]
    assert bodies[0][:16] != bodies[1][:16]
    assert bodies[0][21:86] != bodies[1][21:86]


def test_a_message_that_needs_two_records_is_refused() -> None:
    public_key = public_bytes(private_key())
    with pytest.raises(ValueError, match="one record"):
        message_encrypt(b"x" * (RECORD_BYTES - OVERHEAD_BYTES + 1), public_key=public_key, auth_secret=AUTH)


def test_a_key_that_is_no_point_of_the_curve_is_refused() -> None:
    with pytest.raises(ValueError, match="Invalid EC key"):
        message_encrypt(PLAIN, public_key=b"\x04" + b"\x01" * 64, auth_secret=AUTH)
