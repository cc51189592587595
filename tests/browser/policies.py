"""Console messages about the policies of pages."""

from __future__ import annotations

from playwright.sync_api import BrowserContext


def policy_messages(context: BrowserContext) -> list[str]:
    """Return a list that receives console messages about policies: violations, and headers that are not understood."""
    messages: list[str] = []
    context.on("console", lambda message: messages.append(message.text) if "Policy" in message.text else None)
    return messages
