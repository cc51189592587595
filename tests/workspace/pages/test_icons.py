"""The icon font of user pages contains the icons that they use."""

from __future__ import annotations

import re
from pathlib import Path

from workspace.pages.contributions import contributions

ROOT = Path(__file__).resolve().parents[3]
LISTED = set((ROOT / "workspace/static/workspace/fonts/icons.txt").read_text().split())
ICON = re.compile(r'class="[^"]*material-symbols-outlined[^"]*"[^>]*>(.*?)</span>', re.DOTALL)
TAGS = re.compile(r"{%.*?%}|{{.*?}}", re.DOTALL)
ARGUMENT = re.compile(r':"([a-z0-9_,]+)"')


def test_every_icon_that_a_template_names_is_in_the_font() -> None:
    shown = [icon for path in (ROOT / "templates").rglob("*.html") for icon in ICON.findall(path.read_text())]
    named = {word for icon in shown for word in TAGS.sub(" ", icon).split()}
    chosen = {word for icon in shown for words in ARGUMENT.findall(icon) for word in words.split(",")}
    assert {"send", "error", "notifications_off"} <= named | chosen
    assert (named | chosen) - LISTED == set()


def test_every_icon_that_a_link_names_is_in_the_font() -> None:
    links = [*contributions.links, *contributions.room_links, *contributions.message_links]
    assert {link.icon for link in links} - LISTED == set()
