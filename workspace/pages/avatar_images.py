"""Avatars of users and rooms: the first letter of the name on a colour derived from it."""

from __future__ import annotations

import struct
import unicodedata
import zlib
from functools import lru_cache

# White text has a contrast of at least 4.5 on each of these.
COLOURS = ("#4f39f6", "#7c3aed", "#a21caf", "#be185d", "#b91c1c", "#b45309", "#4d7c0f", "#047857", "#0f766e", "#0369a1")
# The letter shown for a room that the reader may not see.
NEUTRAL = "#"
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 200" width="{size}" height="{size}">'
    '<rect width="200" height="200" fill="{colour}"/><text x="100" y="100" dy=".36em" fill="#fff" font-size="110" '
    'font-family="Inter, Helvetica, Arial, sans-serif" text-anchor="middle">{letter}</text></svg>'
)
DEFAULT_SIZE = 200
# Sizes of PNGs in pixels. For other sizes, clients receive the next larger one and scale it down.
PNG_SIZES = (32, 64, 128, 256)
# The letters in PNGs: five columns of one byte each; the lowest of seven bits is the top dot.
GLYPHS = {
    "0": 0x3E5149453E,
    "1": 0x00427F4000,
    "2": 0x4261514946,
    "3": 0x2141454B31,
    "4": 0x1814127F10,
    "5": 0x2745454539,
    "6": 0x3C4A494930,
    "7": 0x0171090503,
    "8": 0x3649494936,
    "9": 0x064949291E,
    "A": 0x7E1111117E,
    "B": 0x7F49494936,
    "C": 0x3E41414122,
    "D": 0x7F4141221C,
    "E": 0x7F49494941,
    "F": 0x7F09090901,
    "G": 0x3E4149497A,
    "H": 0x7F0808087F,
    "I": 0x00417F4100,
    "J": 0x2040413F01,
    "K": 0x7F08142241,
    "L": 0x7F40404040,
    "M": 0x7F020C027F,
    "N": 0x7F0408107F,
    "O": 0x3E4141413E,
    "P": 0x7F09090906,
    "Q": 0x3E4151215E,
    "R": 0x7F09192946,
    "S": 0x4649494931,
    "T": 0x01017F0101,
    "U": 0x3F4040403F,
    "V": 0x1F2040201F,
    "W": 0x3F4038403F,
    "X": 0x6314081463,
    "Y": 0x0708700807,
    "Z": 0x6151494543,
    "#": 0x147F147F14,
}
GLYPH_WIDTH, GLYPH_HEIGHT = 5, 7
# The height of the letter relative to that of the image.
LETTER_PART = 0.5
# The threshold for blended dots. It is below 0.5, so that dots that touch at a corner stay connected.
THRESHOLD = 0.4


def initial_of(name: str) -> str:
    """Return the first letter or digit of a name in upper case, or `#` if there is none."""
    first = next((character for character in name if character.isalnum()), NEUTRAL)
    return first.upper()[0]


def colour_of(name: str) -> str:
    """Return the colour for a name; it is the same on every server."""
    return COLOURS[zlib.crc32(name.lower().encode("utf-8", "replace")) % len(COLOURS)]


def avatar_svg(name: str, size: int = DEFAULT_SIZE) -> bytes:
    """Return the avatar as an SVG of `size` pixels."""
    return SVG.format(size=size, colour=colour_of(name), letter=initial_of(name)).encode()


def avatar_png(name: str, size: int = DEFAULT_SIZE) -> bytes:
    """Return the avatar as a PNG at least `size` pixels wide (at most 256), without a letter for non-Latin scripts."""
    plain = unicodedata.normalize("NFKD", initial_of(name))[0]
    pixels = next((available for available in PNG_SIZES if available >= size), PNG_SIZES[-1])
    return _png(plain if plain in GLYPHS else "", colour_of(name), pixels)


@lru_cache(maxsize=512)
def _png(letter: str, colour: str, size: int) -> bytes:
    red, green, blue = bytes.fromhex(colour[1:])
    rows = []
    for y in range(size):
        row = bytearray(bytes((red, green, blue)) * size)
        for x, coverage in _letter_row(letter, y, size):
            row[3 * x : 3 * x + 3] = bytes(round(base + (255 - base) * coverage) for base in (red, green, blue))
        rows.append(b"\0" + bytes(row))
    header = struct.pack(">2I5B", size, size, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"".join(rows), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in chunks)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _letter_row(letter: str, y: int, size: int) -> list[tuple[int, float]]:
    """Return the pixels of a row that the letter covers, with their coverage (0 to 1).

    The dots are blended and then cut at a threshold, which gives round strokes with smooth edges.
    """
    if not letter:
        return []
    scale = size * LETTER_PART / GLYPH_HEIGHT
    down = (y + 0.5 - size / 2) / scale + (GLYPH_HEIGHT - 1) / 2
    half = (GLYPH_WIDTH / 2 + 1) * scale
    covered = []
    for x in range(int(size / 2 - half), int(size / 2 + half)):
        across = (x + 0.5 - size / 2) / scale + (GLYPH_WIDTH - 1) / 2
        coverage = min(1.0, (_blended(letter, across, down) - THRESHOLD) * scale + 0.5)
        if coverage > 0:
            covered.append((x, coverage))
    return covered


def _blended(letter: str, across: float, down: float) -> float:
    left, top = int(across // 1), int(down // 1)
    right_part, low_part = across - left, down - top
    upper = _dot(letter, left, top) * (1 - right_part) + _dot(letter, left + 1, top) * right_part
    lower = _dot(letter, left, top + 1) * (1 - right_part) + _dot(letter, left + 1, top + 1) * right_part
    return upper * (1 - low_part) + lower * low_part


def _dot(letter: str, column: int, row: int) -> int:
    if not (0 <= column < GLYPH_WIDTH and 0 <= row < GLYPH_HEIGHT):
        return 0
    return GLYPHS[letter] >> 8 * (GLYPH_WIDTH - 1 - column) + row & 1


def ico_of(png: bytes, size: int) -> bytes:
    """Return an icon file that contains one PNG of `size` pixels (below 256)."""
    header = struct.pack("<3H", 0, 1, 1)
    entry = struct.pack("<4B2H2I", size, size, 0, 0, 1, 32, len(png), len(header) + 16)
    return header + entry + png
