"""Avatars of users and rooms, and the icon of the site."""

from __future__ import annotations

import struct
import zlib

import pytest
from django.test import Client

from tests.factories import RoomFactory, UserFactory
from workspace.models import RoomType
from workspace.pages.avatar_images import COLOURS, avatar_png, initial_of
from workspace.services.rooms import members_add

pytestmark = pytest.mark.django_db


def letter(client: Client, address: str) -> str:
    response = client.get(address)
    assert (response.status_code, response["Content-Type"]) == (200, "image/svg+xml")
    return response.content.decode().split("</text>")[0][-1]


@pytest.mark.parametrize("username", ["ana", "@ana", "Ana", "_ana", "nobody", "an%C3%A4"])
def test_a_username_is_shown_by_its_initial(client: Client, username: str) -> None:
    UserFactory(username="ana")
    assert letter(client, f"/avatar/{username}") == ("N" if username == "nobody" else "A")


def test_a_user_is_shown_by_id(client: Client) -> None:
    assert letter(client, f"/avatar/uid/{UserFactory(username='bob').public_id}") == "B"
    assert client.get("/avatar/uid/unknown").status_code == 404


def test_an_unreadable_private_room_looks_like_a_missing_one(client: Client) -> None:
    channel, group = RoomFactory(name="ops"), RoomFactory(name="secret", type=RoomType.PRIVATE)
    assert letter(client, f"/avatar/room/{channel.public_id}") == "O"
    hidden = client.get(f"/avatar/room/{group.public_id}")
    assert hidden.content == client.get("/avatar/room/unknown").content
    member = UserFactory()
    client.force_login(member)
    assert letter(client, f"/avatar/room/{group.public_id}") == "#"
    members_add(room=group, users=[member])
    assert letter(client, f"/avatar/room/{group.public_id}") == "S"
    assert hidden["Cache-Control"].startswith("private")


@pytest.mark.parametrize("address", ["/avatar/ana", "/avatar/ana?format=png", "/favicon.ico"])
def test_a_cached_avatar_is_not_sent_again(client: Client, address: str) -> None:
    response = client.get(address)
    assert "public, max-age=" in response["Cache-Control"]
    again = client.get(address, headers={"If-None-Match": response["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def png_read(content: bytes) -> tuple[int, int, set[bytes]]:
    """Return the width, height and colours of a PNG; checks all checksums."""
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    chunks, place = {}, 8
    while place < len(content):
        (length,) = struct.unpack(">I", content[place : place + 4])
        kind, data = content[place + 4 : place + 8], content[place + 8 : place + 8 + length]
        assert zlib.crc32(kind + data) == int.from_bytes(content[place + 8 + length : place + 12 + length], "big")
        chunks[kind] = data
        place += 12 + length
    width, height = struct.unpack(">2I", chunks[b"IHDR"][:8])
    rows, stride = zlib.decompress(chunks[b"IDAT"]), 1 + 3 * width
    assert len(rows) == height * stride
    pixels = {rows[y * stride + 1 + 3 * x :][:3] for y in range(height) for x in range(width)}
    return width, height, pixels


@pytest.mark.parametrize(("size", "pixels"), [("", 256), ("16", 32), ("64", 64), ("99999", 256), ("x", 256)])
def test_a_png_has_one_of_a_few_sizes(client: Client, size: str, pixels: int) -> None:
    response = client.get("/avatar/ana", {"format": "png", "size": size})
    assert response["Content-Type"] == "image/png"
    assert png_read(response.content)[:2] == (pixels, pixels)


def test_a_png_shows_a_letter_on_a_colour() -> None:
    *_size, colours = png_read(avatar_png("ana", 64))
    assert {b"\xff\xff\xff"} | ({bytes.fromhex(colour[1:]) for colour in COLOURS} & colours) <= colours
    assert avatar_png("ana", 64) == avatar_png("Ana", 64) != avatar_png("bob", 64)
    assert len(png_read(avatar_png("жанна", 64))[2]) == 1


@pytest.mark.parametrize(("name", "initial"), [("ßen", "S"), ("...", "#"), ("", "#"), ("жанна", "Ж"), ("-9", "9")])
def test_the_initial_of_any_name(name: str, initial: str) -> None:
    assert initial_of(name) == initial


def test_the_icon_is_one_that_programs_read(client: Client) -> None:
    response = client.get("/favicon.ico")
    assert (response.status_code, response["Content-Type"]) == (200, "image/x-icon")
    assert response.content.startswith(b"\x00\x00\x01\x00\x01\x00")
    assert b"\x89PNG" in response.content[:40]
