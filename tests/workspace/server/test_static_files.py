"""Serving static files from the same process as the pages."""

from __future__ import annotations

import asyncio
import gzip
from pathlib import Path
from typing import Any

import pytest
from django.test import AsyncClient, Client

STYLES = "/static/unfold/css/styles.css"


def test_a_file_is_served_whole_with_its_type(client: Client) -> None:
    response = client.get(STYLES)
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/css")
    assert int(response["Content-Length"]) == len(response.content) > 10_000


def test_an_unchanged_file_is_not_sent_again(client: Client) -> None:
    modified = client.get(STYLES)["Last-Modified"]
    response = client.get(STYLES, headers={"If-Modified-Since": modified})
    assert (response.status_code, response.content) == (304, b"")


def test_text_is_compressed_for_browsers_that_accept_it(client: Client) -> None:
    whole = client.get(STYLES)
    response = client.get(STYLES, headers={"Accept-Encoding": "gzip, br"})
    assert gzip.decompress(response.content) == whole.content
    assert response["Content-Encoding"] == "gzip"
    assert int(response["Content-Length"]) == len(response.content) < len(whole.content) / 4
    assert "Accept-Encoding" in response["Vary"]
    assert "Accept-Encoding" in whole["Vary"]
    font = client.get("/static/workspace/fonts/icons.woff2", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in font


def test_a_head_request_gets_no_content(client: Client) -> None:
    response = client.head(STYLES)
    assert (response.status_code, response.content) == (200, b"")


def test_a_part_of_a_file_is_served(client: Client) -> None:
    whole = client.get(STYLES).content
    response = client.get(STYLES, headers={"Range": "bytes=10-19"})
    assert (response.status_code, response.content, response["Content-Length"]) == (206, whole[10:20], "10")


def test_a_file_that_was_changed_since_the_start_is_served_whole(tmp_path: Path, settings: Any) -> None:
    settings.WHITENOISE_AUTOREFRESH = False
    settings.STATIC_ROOT = tmp_path
    (tmp_path / "note.txt").write_text("short")
    client = Client()
    assert client.get("/static/note.txt").content == b"short"
    (tmp_path / "note.txt").write_text("a longer text")
    response = client.get("/static/note.txt")
    assert (response.content, response["Content-Length"]) == (b"a longer text", "13")


def test_there_are_no_warnings_under_asgi() -> None:
    response = asyncio.run(AsyncClient().get(STYLES))
    assert response.status_code == 200
    assert not response.streaming


@pytest.mark.django_db
def test_files_outside_of_the_folder_are_not_served(client: Client) -> None:
    assert client.get("/static/../manage.py").status_code == 404
    assert client.get("/static/%2e%2e/manage.py").status_code == 404
