"""The pictures of accounts: checking, fetching and storing them."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import pycurl
from django.conf import settings
from django.core.files import File
from django.db import transaction

from workspace.database.connections import connections_release
from workspace.errors import ApplicationError, MissingPermissionError
from workspace.http_addresses import is_http_address
from workspace.ids import public_id_new
from workspace.models import Avatar, SignInSettings, User
from workspace.outbound import Descriptor, is_public, outbound_current
from workspace.selectors.permissions import may_manage

# The largest picture in bytes, and the largest width and height in pixels, which clients must decode.
MAX_BYTES, MAX_PIXELS = 500_000, 4096
# Seconds to connect to another server, and for the whole download.
CONNECT_SECONDS, TOTAL_SECONDS = 3, 8
MAX_REDIRECTS = 3
# Other ports are more likely to be somebody else's service.
PORTS = (80, 443, 8080, 8443)
URL_MAX_LENGTH = 2048
EDIT_OTHERS = "workspace.edit_other_user_avatar"


@dataclass(frozen=True, slots=True)
class Picture:
    """A valid picture."""

    content: bytes
    content_type: str


def avatar_change_check(*, by: User, user: User, message: str) -> None:
    """Raise an error unless `by` may change the account's picture: `error-not-allowed` with this message for oneself.

    Raises MissingPermissionError for other accounts.
    """
    rules = SignInSettings.current()
    may_edit_others = by.has_perm(EDIT_OTHERS)
    if user == by and not (may_edit_others or (rules.avatar_change and rules.profile_change)):
        raise ApplicationError("error-not-allowed", message)
    if user != by and not (may_edit_others and may_manage(by, user)):
        raise MissingPermissionError()


@transaction.atomic
def avatar_set(*, user: User, content: bytes) -> None:
    """Store the account's picture: a PNG, JPEG, GIF or WebP of at most 500,000 bytes and 4096 pixels in each direction.

    Raises `error-avatar-invalid-content-type` for anything else.
    """
    picture = picture_check(content)
    Avatar.objects.update_or_create(
        user=user, defaults={"content": picture.content, "content_type": picture.content_type}
    )
    etag_save(user, public_id_new())


@transaction.atomic
def avatar_reset(*, user: User) -> None:
    """Delete the account's picture, so that its initial is shown."""
    Avatar.objects.filter(user=user).delete()
    etag_save(user, "")


def etag_save(user: User, etag: str) -> None:
    """Save the account's etag, by which clients notice that the picture has changed."""
    user.avatar_etag = etag
    user.save(update_fields=["avatar_etag", "updated_at"])


def upload_read(upload: File[bytes]) -> bytes:
    """Return the content of an uploaded file: no more of it than shows that it is too large."""
    content: bytes = upload.read(MAX_BYTES + 1)
    return content


def picture_check(content: bytes) -> Picture:
    """Return the picture; raises `error-avatar-invalid-content-type` if it cannot be used."""
    for content_type, read_size in (
        ("image/png", png_size),
        ("image/jpeg", jpeg_size),
        ("image/gif", gif_size),
        ("image/webp", webp_size),
    ):
        size = read_size(content)
        if size and len(content) <= MAX_BYTES and all(0 < side <= MAX_PIXELS for side in size):
            return Picture(content, content_type)
    raise ApplicationError("error-avatar-invalid-content-type", "Invalid avatar content type")


def png_size(content: bytes) -> tuple[int, ...]:
    """Return width and height of a PNG; empty if it is none."""
    is_png = content.startswith(b"\x89PNG\r\n\x1a\n") and content[12:16] == b"IHDR" and len(content) >= 33
    return struct.unpack(">2I", content[16:24]) if is_png else ()


def gif_size(content: bytes) -> tuple[int, ...]:
    """Return width and height of a GIF; empty if it is none."""
    is_gif = content[:6] in (b"GIF87a", b"GIF89a") and len(content) >= 14
    return struct.unpack("<2H", content[6:10]) if is_gif else ()


def webp_size(content: bytes) -> tuple[int, ...]:
    """Return width and height of a WebP; empty if it is none."""
    if content[:4] != b"RIFF" or content[8:12] != b"WEBP" or len(content) < 30:
        return ()
    kind, data = content[12:16], content[20:30]
    if kind == b"VP8X":
        return tuple(1 + int.from_bytes(data[start : start + 3], "little") for start in (4, 7))
    if kind == b"VP8L" and data[0] == 0x2F:
        bits = int.from_bytes(data[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 " and data[3:6] == b"\x9d\x01\x2a":
        return tuple(side & 0x3FFF for side in struct.unpack("<2H", data[6:10]))
    return ()


def jpeg_size(content: bytes) -> tuple[int, ...]:
    """Return width and height of a JPEG; empty if it is none."""
    for marker, segment in jpeg_segments(content):
        # The start of a frame, in all its variants.
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC) and len(segment) >= 5:
            height, width = struct.unpack(">2H", segment[1:5])
            return width, height
    return ()


def jpeg_segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield marker and content of each segment before the pixels; nothing if it is no JPEG."""
    place = 2 if content.startswith(b"\xff\xd8\xff") else len(content)
    while place + 4 <= len(content) and content[place] == 0xFF:
        marker, length = content[place + 1], int.from_bytes(content[place + 2 : place + 4], "big")
        if marker == 0xDA or length < 2:
            return
        yield marker, content[place + 4 : place + 2 + length]
        place += 2 + length


def picture_fetch(url: str) -> bytes:
    """Return the content at the URL, which must be on the public internet and small enough.

    Raises `error-avatar-invalid-url`, without a reason: it could reveal something about the server's network.
    """
    if not is_fetchable(url):
        raise invalid_url(url)
    # A slow server must not keep a database connection.
    connections_release()
    handle, received = pycurl.Curl(), BytesIO()
    try:
        prepare(handle, url)
        handle.setopt(pycurl.WRITEFUNCTION, writer_with_limit(received))
        handle.perform()
        if handle.getinfo(pycurl.RESPONSE_CODE) != 200:
            raise invalid_url(url)
    except pycurl.error:
        raise invalid_url(url) from None
    finally:
        handle.close()
    return received.getvalue()


def is_fetchable(url: str) -> bool:
    """Return True if the URL may be fetched, as far as can be said before connecting."""
    if len(url) > URL_MAX_LENGTH or not url.isascii() or not is_http_address(url):
        return False
    parts = urlsplit(url)
    if parts.username is not None or set(url) & set(' \\<>"^`{|}'):
        return False
    if not settings.OUTBOUND_PROXY:
        return True
    # The proxy connects, and would also reach hosts of the private network.
    try:
        addresses = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return False
    return all(is_public(str(address[0])) for *_kind, address in addresses)


def prepare(handle: Any, url: str) -> None:
    """Set the options of the request. Each connection, also after a redirect, is checked when it is opened."""
    outbound = outbound_current()
    handle.setopt(pycurl.URL, url)
    handle.setopt(pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS)
    handle.setopt(pycurl.REDIR_PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS)
    # A proxy would follow a redirect into the private network.
    handle.setopt(pycurl.FOLLOWLOCATION, 0 if outbound.proxy else 1)
    handle.setopt(pycurl.MAXREDIRS, MAX_REDIRECTS)
    handle.setopt(pycurl.CAINFO, outbound.ca_file)
    handle.setopt(pycurl.PROXY, outbound.proxy)
    handle.setopt(pycurl.NOPROXY, "")
    if not outbound.proxy:
        handle.setopt(pycurl.OPENSOCKETFUNCTION, open_public_socket)
    handle.setopt(pycurl.MAXFILESIZE, MAX_BYTES)
    handle.setopt(pycurl.NOSIGNAL, 1)
    handle.setopt(pycurl.CONNECTTIMEOUT, CONNECT_SECONDS)
    handle.setopt(pycurl.TIMEOUT, TOTAL_SECONDS)
    handle.setopt(pycurl.HTTPHEADER, ["Accept: image/png, image/jpeg, image/gif, image/webp"])


def open_public_socket(_purpose: int, address: Any) -> Any:
    """Open a socket for libcurl, if the address is on the public internet."""
    family, kind, protocol, place = address
    is_allowed = is_public(place[0]) and place[1] in PORTS
    return Descriptor(family, kind, protocol) if is_allowed else pycurl.SOCKET_BAD


def writer_with_limit(received: BytesIO) -> Any:
    """Return a function for libcurl that stores the content and ends the download if it is too large."""

    def write(data: bytes) -> int | None:
        if received.tell() + len(data) > MAX_BYTES:
            return 0
        received.write(data)
        return None

    return write


def invalid_url(url: str) -> ApplicationError:
    """Return the error for a URL without a usable picture."""
    return ApplicationError("error-avatar-invalid-url", f"Invalid avatar URL: {url[:200]}")
