"""What a browser says about the policies of the pages that it opens."""

from __future__ import annotations

from playwright.sync_api import BrowserContext


def policy_messages(context: BrowserContext) -> list[str]:
    """Return a list that gets every console message about a page's policies: violations, and headers not understood."""
    messages: list[str] = []
    context.on("console", lambda message: messages.append(message.text) if "Policy" in message.text else None)
    return messages
