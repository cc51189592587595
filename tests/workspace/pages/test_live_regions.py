"""Live regions are updated in place."""

from __future__ import annotations

from pathlib import Path

TEMPLATES = Path(__file__).resolve().parents[3] / "templates"
# The element that polls for new messages is hidden and empty.
HIDDEN = {"pages/rooms/poll.html"}


def test_nothing_that_is_shown_is_replaced_as_a_whole() -> None:
    """Replacing an element would lose the focus, the selection and its scroll position."""
    replaced = [
        str(path.relative_to(TEMPLATES))
        for path in TEMPLATES.rglob("*.html")
        for text in [path.read_text()]
        if 'hx-swap="outerHTML"' in text
        or 'hx-swap-oob="true"' in text
        or ("every " in text and "hx-trigger" in text and 'hx-swap="morph' not in text)
    ]
    assert set(replaced) == HIDDEN
