"""Waiting until a page of the site is open for the server, too."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import BrowserContext, Response


@contextmanager
def page_opening(context: BrowserContext) -> Iterator[None]:
    """Wait at the block's end until the page that was opened in it has its stream, and the server knows of the page.

    Before its first report of presence has been answered, nobody is there for the rules, which then keep silent; and
    before its stream has begun, a message may come too early for it.
    """
    with (
        context.expect_event("response", lambda answer: "/events/" in answer.url),
        context.expect_event("response", is_report_taken),
    ):
        yield


def is_report_taken(answer: Response) -> bool:
    """Return whether this answers a report; what a page that is left says with its beacon is none."""
    return answer.url.endswith("/presence/") and answer.request.resource_type == "fetch"
