"""Writing messages in the markup that clients show."""

from __future__ import annotations

import re

# Five hundred characters less than a message may have.
TEXT_LENGTH = 4500
CUT = "…"


def link(label: str, address: str) -> str:
    """Return a link; only the label if the address is not one of the web."""
    label = re.sub(r"\s+", " ", label.replace("[", "(").replace("]", ")")).strip()
    if not address.startswith(("http://", "https://", "mailto:")) or re.search(r"[\s()]", address):
        return label or address
    return address if label in ("", address) else f"[{label}]({address})"


def bold(text: str) -> str:
    """Return the text in bold; empty for an empty one."""
    return f"*{text.replace('*', '')}*" if text else ""


def lines(*parts: str) -> str:
    """Return the parts that are not empty, one per line, shortened to what a message may contain."""
    text = "\n".join(part for part in parts if part)
    return text if len(text) <= TEXT_LENGTH else text[: TEXT_LENGTH - 1] + CUT


def shortened(text: str, length: int) -> str:
    """Return the text on one line, shortened to a length."""
    text = " ".join(text.split())
    return text if len(text) <= length else text[: length - 1].rstrip() + CUT
