"""The names of cookies."""

from __future__ import annotations

import pytest

from workspace.config.cookies import cookie_name


@pytest.mark.parametrize(
    ("site_url", "name"),
    [
        ("http://127.0.0.1:8000", "sessionid_8000"),
        ("http://chat.example", "sessionid"),
        ("https://chat.example", "__Host-sessionid"),
        ("https://chat.example:8443", "__Host-sessionid_8443"),
        ("https://chat.example/board", "__Secure-sessionid"),
    ],
)
def test_a_prefix_protects_cookies_over_https(site_url: str, name: str) -> None:
    assert cookie_name("sessionid", site_url) == name
