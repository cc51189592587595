"""Small pictures in the formats that accounts can have."""

from __future__ import annotations

import struct
import zlib


def png(width: int = 2, height: int = 2) -> bytes:
    """Return a PNG of one colour."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    rows = b"".join(b"\0" + b"\x30\x60\x90" * min(width, 8) for _row in range(min(height, 8)))
    header = struct.pack(">2I5B", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(kind, content) for kind, content in parts)


def gif(width: int = 2, height: int = 2) -> bytes:
    """Return the beginning of a GIF."""
    return b"GIF89a" + struct.pack("<2H", width, height) + b"\x80\0\0" + b"\0" * 6 + b";"


def jpeg(width: int = 2, height: int = 2) -> bytes:
    """Return the beginning of a JPEG: a comment, the frame, and the start of the pixels."""
    comment = b"\xff\xfe" + struct.pack(">H", 7) + b"hello"
    frame = b"\xff\xc0" + struct.pack(">HB2HB", 11, 8, height, width, 1) + b"\x01\x11\0"
    return b"\xff\xd8" + comment + frame + b"\xff\xda\0\x02\0\xff\xd9"


def webp(kind: bytes = b"VP8X", width: int = 2, height: int = 2) -> bytes:
    """Return the beginning of a WebP: extended (`VP8X`), lossless (`VP8L`) or lossy (`VP8 `)."""
    sizes = {
        b"VP8X": b"\0\0\0\0" + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little"),
        b"VP8L": b"\x2f" + ((width - 1) | (height - 1) << 14).to_bytes(4, "little") + b"\0" * 5,
        b"VP8 ": b"\0\0\0\x9d\x01\x2a" + struct.pack("<2H", width, height),
    }
    body = b"WEBP" + kind + struct.pack("<I", 10) + sizes[kind]
    return b"RIFF" + struct.pack("<I", len(body)) + body
