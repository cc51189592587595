"""What each app adds to the pages that every signed-in user sees; a lower app's pages never import an upper one.

An app contributes once, in a module `pages/links.py` that its `apps.py` imports when it is ready:

    pages_contribute(
        links=[PageLink(title=_("Devices"), icon="devices", view="devices", place=Place.ACCOUNT, order=40)],
        scripts=[PageScript("push/desktop.js", data=desktop_data)],
    )

`order`: 10 profile, 20 preferences, 25 quiet hours, 30 rooms' preferences, 40 devices, 90 password; in the sidebar
0 home, 10 rooms, 20 preferences, 40 devices, 60 why, 70 simulated phone.

A page itself extends `pages/base.html`, or `pages/account.html` when it belongs to the account, and is given
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
    """Where a link stands: in the sidebar, among the account's pages, beneath the greeting of the first page only, or
    beneath the general notification preferences.

    What stands in the sidebar and says what it is for (`text`) is on the first page as well.
    """

    SIDEBAR = "sidebar"
    ACCOUNT = "account"
    HOME = "home"
    NOTIFICATIONS = "notifications"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLink:
    """A link to the page named `view`; `shown` tells to whom, `order` where among the others (small ones first)."""

    title: str | Promise
    icon: str
    view: str
    place: Place = Place.SIDEBAR
    text: str | Promise = ""
    order: int = 50
    shown: Callable[[HttpRequest], bool] = lambda _request: True

    @property
    def url(self) -> str:
        """Return the page's address; an empty one where this installation has no such page."""
        try:
            return reverse(self.view)
        except NoReverseMatch:
            return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomLink:
    """A link in a room's ⋮ menu, to the address that `url` returns for the member's subscription."""

    title: str | Promise
    icon: str
    url: Callable[[Subscription], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageLink:
    """A link beside each message, to the address that `url` returns for it."""

    title: str | Promise
    icon: str
    url: Callable[[Message], str]


@dataclass(frozen=True, slots=True)
class PageScript:
    """A script, by its path among the static files, on every page of a signed-in user.

    What `data` returns stands in the script's `data-` attributes, beside the CSRF token (`data-token`).
    """

    path: str
    data: Callable[[HttpRequest], Mapping[str, str]] = lambda _request: {}
    is_module: bool = False


@dataclass(frozen=True, slots=True)
class CounterChoice:
    """What a member chose to see of a room's counters in the list of rooms."""

    hides_unread: bool = False
    hides_mentions: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What every page shows for as long as it lasts, such as a pause; `url` leads to where it can be changed."""

    text: str
    icon: str
    url: str


# Returns the reader's notice; None for none.
NoticeOf = Callable[[User], Notice | None]
# Returns what was chosen for the counters of these subscriptions, by their keys; missing ones show everything.
CounterChoices = Callable[[Sequence[int]], Mapping[int, CounterChoice]]


@dataclass(slots=True)
class Contributions:
    """Everything that the apps have added."""

    links: list[PageLink] = field(default_factory=list)
    room_links: list[RoomLink] = field(default_factory=list)
    message_links: list[MessageLink] = field(default_factory=list)
    scripts: list[PageScript] = field(default_factory=list)
    notices: list[NoticeOf] = field(default_factory=list)
    counter_choices: CounterChoices = lambda _subscriptions: {}

    def notices_for(self, user: User) -> list[Notice]:
        """Return the notices for this reader."""
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
    """Add links, scripts and notices to every user's pages, and what decides which counters of a room are shown."""
    contributions.links.extend(links)
    contributions.links.sort(key=lambda link: link.order)
    contributions.room_links.extend(room_links)
    contributions.message_links.extend(message_links)
    contributions.scripts.extend(scripts)
    contributions.notices.extend(notices)
    if counter_choices is not None:
        contributions.counter_choices = counter_choices


def links_of(request: HttpRequest, place: Place) -> list[PageLink]:
    """Return the links of one place that lead somewhere and that the reader may see, in their order."""
    return [link for link in contributions.links if link.place == place and link.shown(request) and link.url]
