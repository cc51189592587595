"""Joins WebP pictures of the same size into one animated picture.

The container is described at https://developers.google.com/speed/webp/docs/riff_container.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

HEADER_BYTES = 12
ANIMATED = 0x02
WITHOUT_BLENDING = 0x02


def animated(frames: Sequence[tuple[bytes, int]]) -> bytes:
    """Return an endless animation of pictures, each of which is shown for its number of milliseconds."""
    size = size_of(frames[0][0])
    canvas = struct.pack("<I", ANIMATED) + b"".join(number(side - 1) for side in size)
    chunks = chunk(b"VP8X", canvas) + chunk(b"ANIM", struct.pack("<IH", 0, 0))
    for picture, milliseconds in frames:
        place = number(0) * 2 + b"".join(number(side - 1) for side in size) + number(milliseconds)
        chunks += chunk(b"ANMF", place + bytes([WITHOUT_BLENDING]) + image_of(picture))
    return b"RIFF" + struct.pack("<I", len(chunks) + 4) + b"WEBP" + chunks


def chunk(name: bytes, data: bytes) -> bytes:
    """Return a chunk, which always has an even length."""
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def number(value: int) -> bytes:
    """Return a number as 24 bits."""
    return struct.pack("<I", value)[:3]


def chunks_of(picture: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the names and contents of a picture's chunks."""
    at = HEADER_BYTES
    while at < len(picture):
        name, length = struct.unpack("<4sI", picture[at : at + 8])
        yield name, picture[at + 8 : at + 8 + length]
        at += 8 + length + length % 2


def image_of(picture: bytes) -> bytes:
    """Return the chunk with the compressed image; raises ValueError if there is none."""
    for name, data in chunks_of(picture):
        if name == b"VP8 ":
            return chunk(name, data)
    raise ValueError("Not a lossy WebP picture.")


def size_of(picture: bytes) -> tuple[int, int]:
    """Return width and height, which follow the start code of the first frame."""
    width, height = struct.unpack("<HH", image_of(picture)[8 + 6 : 8 + 10])
    return width & 0x3FFF, height & 0x3FFF
