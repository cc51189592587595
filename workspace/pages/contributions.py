"""Contributions of each app to the user pages, so that pages of lower apps need not import upper apps.

An app makes its contributions in a module `pages/links.py`, which its `apps.py` imports when it is ready:

    pages_contribute(
        links=[PageLink(title=_("Devices"), icon="devices", view="devices", place=Place.ACCOUNT, order=40)],
        scripts=[PageScript("push/desktop.js", data=desktop_data)],
    )

`order`: 10 profile, 20 preferences, 25 quiet hours, 30 rooms' preferences, 40 devices, 90 password, 92 security,
94 sessions; in the sidebar 0 home, 10 rooms, 20 preferences, 40 devices, 60 why, 70 simulated phone.

Pages extend `pages/base.html`, or `pages/account.html` if they belong to the account, with the context from
`workspace.pages.layout.page_context`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise

from workspace.models import Message, Subscription, User


class Place(StrEnum):
    """The location of a link.

    Links are in the sidebar, among the account pages, on the home page only, or on the page of general notification
    preferences. A sidebar link with a description (`text`) is also shown on the home page.
    """

    SIDEBAR = "sidebar"
    ACCOUNT = "account"
    HOME = "home"
    NOTIFICATIONS = "notifications"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLink:
    """A link to the page `view`. `shown` decides who sees it, `order` its position (ascending)."""

    title: str | Promise
    icon: str
    view: str
    place: Place = Place.SIDEBAR
    text: str | Promise = ""
    order: int = 50
    shown: Callable[[HttpRequest], bool] = lambda _request: True

    @property
    def url(self) -> str:
        """Return the URL of the page; empty if this installation does not have it."""
        try:
            return reverse(self.view)
        except NoReverseMatch:
            return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomLink:
    """A link in the ⋮ menu of a room; `url` returns the URL for the member's subscription."""

    title: str | Promise
    icon: str
    url: Callable[[Subscription], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageLink:
    """A link next to each message; `url` returns the URL for the message."""

    title: str | Promise
    icon: str
    url: Callable[[Message], str]


@dataclass(frozen=True, slots=True)
class PageScript:
    """A static script to include on every page of a signed-in user.

    The values of `data` become `data-` attributes of the script, in addition to the CSRF token (`data-token`).
    """

    path: str
    data: Callable[[HttpRequest], Mapping[str, str]] = lambda _request: {}
    is_module: bool = False


@dataclass(frozen=True, slots=True)
class CounterChoice:
    """Which counters of a room the member wants to see in the room list."""

    hides_unread: bool = False
    hides_mentions: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A notice on every page while a state lasts, such as a pause; `url` leads to the page where it can be changed."""

    text: str
    icon: str
    url: str


# Returns the notice for the user; None if there is none.
NoticeOf = Callable[[User], Notice | None]
# Returns the counter choices by subscription key. Missing ones show everything.
CounterChoices = Callable[[Sequence[int]], Mapping[int, CounterChoice]]


@dataclass(slots=True)
class Contributions:
    """All contributions of the apps."""

    links: list[PageLink] = field(default_factory=list)
    room_links: list[RoomLink] = field(default_factory=list)
    message_links: list[MessageLink] = field(default_factory=list)
    scripts: list[PageScript] = field(default_factory=list)
    notices: list[NoticeOf] = field(default_factory=list)
    counter_choices: CounterChoices = lambda _subscriptions: {}

    def notices_for(self, user: User) -> list[Notice]:
        """Return the notices for this user."""
        return [notice for notice_of in self.notices if (notice := notice_of(user))]


contributions = Contributions()


def pages_contribute(
    *,
    links: Iterable[PageLink] = (),
    room_links: Iterable[RoomLink] = (),
    message_links: Iterable[MessageLink] = (),
    scripts: Iterable[PageScript] = (),
    notices: Iterable[NoticeOf] = (),
    counter_choices: CounterChoices | None = None,
) -> None:
    """Add links, scripts and notices to all user pages, and the choices of counters in the room list."""
    contributions.links.extend(links)
    contributions.links.sort(key=lambda link: link.order)
    contributions.room_links.extend(room_links)
    contributions.message_links.extend(message_links)
    contributions.scripts.extend(scripts)
    contributions.notices.extend(notices)
    if counter_choices is not None:
        contributions.counter_choices = counter_choices


def links_of(request: HttpRequest, place: Place) -> list[PageLink]:
    """Return the links at a location that exist in this installation and that the user may see, in order."""
    return [link for link in contributions.links if link.place == place and link.shown(request) and link.url]
