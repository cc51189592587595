"""Waiting until the server knows that a page is open."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import BrowserContext, Response


@contextmanager
def page_opening(context: BrowserContext) -> Iterator[None]:
    """Wait at the end of the block until the page opened in it has its event stream and has reported its presence.

    Before the response to its first report, the user counts as absent for the rules. Before its stream is connected, it
    may miss a message.
    """
    with (
        context.expect_event("response", lambda answer: "/events/" in answer.url),
        context.expect_event("response", is_report_taken),
    ):
        yield


def is_report_taken(answer: Response) -> bool:
    """Return True for the response to a report, except the beacon of a closing page."""
    return answer.url.endswith("/presence/") and answer.request.resource_type == "fetch"
