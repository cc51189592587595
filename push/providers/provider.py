"""How a provider describes itself: what the rest of the application needs to know to deliver through it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from django.utils.functional import Promise

if TYPE_CHECKING:
    from push.content.options import PushContent
    from push.models import AppRoute, Device, EndReason, PushSettings
    from push.models.keys import ProviderKeys
    from push.providers.disclosure import Disclosure
    from push.providers.meanings import Meaning
    from push.providers.pushes import Push
    from push.providers.routes import DevicePush, Route
    from push.providers.steps import Part, Steps
    from push.selectors.checks import Check
    from push.selectors.items import Item

Text = str | Promise


class Transport(Protocol):
    """Sends pushes on one kind of route.

    It divides them into parts, each of which is answered on its own (push/http/steps.py). The steps run in a separate
    thread for the route (push/sending/carriers.py), so they must not use the database. They may take as long as the
    provider does; an error that they raise counts as no answer.
    """

    def __call__(self, pushes: Sequence[DevicePush], *, route: Route) -> Sequence[Part]: ...


class PushSteps(Protocol):
    """Sends the pushes of gateway requests with the credentials of their app."""

    def __call__(self, pushes: Sequence[Push], *, credentials: Any) -> Steps: ...


class Payload(Protocol):
    """Builds what a device is sent: the `options` of a :class:`DevicePush`, which the transport understands."""

    def message(self, item: Item, device: Device, content: PushContent) -> dict[str, Any]:
        """Return the notification of a message; `content` is the same for all devices of the item."""


class ShownUpdates(Protocol):
    """Builds silent updates of the notifications that a device shows. Only devices with the capability `clear` get
    them."""

    def clear(self, device: Device, *, room: str, badge: int, identity: str, message: str = "") -> dict[str, Any]:
        """Return the update that removes notifications of a room, or of one message (both by their public ids)."""

    def replace(self, item: Item, device: Device, *, identity: str) -> dict[str, Any]:
        """Return the update that gives the item's notification its new text, without alerting the user.

        Also sent to devices of types that `replaces_shown`.
        """


@dataclass(frozen=True, kw_only=True, slots=True)
class AddedByHand:
    """How a person adds a device of a type on the page of their devices, by entering a text.

    `token_of` returns the token for the text; it raises an ApplicationError whose message describes the problem.
    The device is registered under the name of an app, `app_name`, which people read as `app_label`.
    """

    title: Text
    text: Text
    label: Text
    placeholder: Text = ""
    token_of: Callable[[str], str]
    app_name: str
    app_label: Text


@dataclass(frozen=True, kw_only=True, slots=True)
class ProviderField:
    """A value that an administrator enters for a provider: `validate` raises ValidationError for an unusable one."""

    name: str
    label: Text
    help_text: Text = ""
    default: str = ""
    is_secret: bool = False
    validate: Callable[[str], None] | None = None


@dataclass(frozen=True, slots=True)
class ProviderSetup:
    """How an administrator sets up a provider, next to the apps' routes. It is off until they turn it on."""

    title: Text
    text: Text
    fields: tuple[ProviderField, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceKind:
    """A type of devices: `type` is its name in the database and the API.

    `carrier` names the service that its owner's notifications pass through. `check_token` returns the canonical form of
    a token, or raises TokenError; `accept_token` may raise an ApplicationError for one that must not be registered now,
    such as an address that is not public. If a token contains a password, `stored_token` returns what is stored and
    shown instead; the token itself is then in the device's `auth_secret`, which is encrypted.

    Phones are reached through gateways and apps' own routes too. The tokens of some types are secret addresses
    (`token_is_address`), of which only the host is shown. `replaces_shown`: devices replace the notification of an
    edited message, whatever their app can do. Of more than `most_per_user` devices, the user's oldest is removed.
    """

    type: str
    label: Text
    carrier: Text
    icon: str
    own_icon: str = ""
    default_name: Text
    check_token: Callable[[str], str]
    accept_token: Callable[[str], None] = lambda token: None
    stored_token: Callable[[str], str] | None = None
    payload: Payload
    # None if the provider cannot change what devices show.
    updates: ShownUpdates | None = None
    is_phone: bool = False
    token_is_address: bool = False
    replaces_shown: bool = False
    most_per_user: int | None = None
    added_by_hand: AddedByHand | None = None
    # Parameters of the API that registering needs instead of the token in `value`.
    register_with: tuple[str, ...] = ("value",)
    # What the sandbox stores for a simulated phone of this type: payload and headers.
    sandbox_request: Callable[[Push], tuple[dict[str, Any], dict[str, str]]] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class AlertChannel:
    """How administrators are alerted to problems through a provider.

    `addresses` returns where alerts are sent. `steps` sends a title and a text to one of them; `name_of` returns what
    may be shown of it.
    """

    addresses: Callable[[], list[str]]
    steps: Callable[..., Steps]
    name_of: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class AnswersSection:
    """A section of docs/answers.md, in English: its title, an introduction and a table of meanings."""

    title: str
    text: str
    meanings: Iterable[Meaning]


@dataclass(frozen=True, slots=True)
class KeyFields:
    """The fields in which an administrator enters an app's keys: columns of :class:`ProviderKeys`.

    `rows` is how forms arrange the fields; a tuple shows several in one row. `options` are shown before them.
    `describe` returns what may be shown of a stored secret, by field.
    """

    title: Text
    rows: tuple[str | tuple[str, ...], ...]
    options: tuple[str, ...] = ()
    describe: Mapping[str, Callable[[str], str]] = field(default_factory=dict)

    @property
    def has_development(self) -> bool:
        """Return True if the provider has a service for development next to the one for production."""
        return "production" in self.options

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the fields, without the options."""
        return tuple(name for row in self.rows for name in ((row,) if isinstance(row, str) else row))


@dataclass(frozen=True, kw_only=True, slots=True)
class Provider:
    """A provider: `kind` is the first part of its routes' keys, and their name in the database.

    Its routes come from one of two functions. `credentials` reads the keys of the Push settings or of an app's own
    route; it returns None without any, else a value with a `name` that reveals nothing. `own_route` is for providers
    that need no app's keys; it returns a function that makes the route to a token, so that what it takes is read from
    the database once for many devices; or else the reason why there is no route.

    `codes` are the provider's own codes with what they mean, for people. `answers` documents every answer,
    `disclosure` every field that is sent; docs/answers.md and docs/privacy.md are made from them.
    """

    kind: str
    label: Text
    transport: Transport
    codes: Mapping[str, Text] = field(default_factory=dict)
    answers: tuple[AnswersSection, ...]
    disclosure: Disclosure
    # The page in docs/ that describes how it is used.
    docs: str
    device: DeviceKind | None = None
    credentials: Callable[[PushSettings | ProviderKeys], Any] | None = None
    own_route: Callable[[], Callable[[str], Route] | EndReason] | None = None
    # Sends pushes with such credentials, for a gateway.
    push_steps: PushSteps | None = None
    describe_route: Callable[[Route], str] | None = None
    # Whether what follows the kind in a route's key is a lane instead of the name of an app with a route of its own.
    has_lanes: bool = False
    setup: ProviderSetup | None = None
    alerts: AlertChannel | None = None
    # A valid token of no device: a push to it shows whether the provider accepts credentials.
    token_of_nobody: str = ""
    key_fields: KeyFields | None = None
    # What puts a paused route right: a setting, or the address and name of a page.
    setting: str = ""
    pause_step: Callable[[], tuple[str, Text]] | None = None
    # The points of the checklist on the Push page: of the workspace, and of an app's own route.
    checks: Callable[[], Iterator[Check]] | None = None
    credentials_check: Callable[[PushSettings | AppRoute], Check] | None = None
    # When the credentials in use expire, of the workspace or of an app's own route; None if they do not.
    credentials_end_at: Callable[[PushSettings | AppRoute], datetime | None] | None = None
