"""The parameters of events. Those of an endpoint are also those of an event of this type in a batch."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from workspace.api.events.quick import EventErrors, error_response, values_read
from workspace.api.params import ChoiceParam, FlagParam, ListParam, Params, TextParam, TimestampParam
from workspace.models import EventKind
from workspace.models.events.sources import EXTERNAL_ID_LENGTH
from workspace.services.events.people import AWAY, OFFLINE, ONLINE
from workspace.services.events.reports import MAX_LISTED_MEMBERS
from workspace.services.messages import MESSAGE_MAX_LENGTH

MAX_EVENTS = 1000
MAX_WAIT_SECONDS = 30
ROOM_TYPES = {"group": "p", "direct": "d"}
GROUP = "group"
DECISION = "decision"
# A person who uses an application is connected for five minutes, unless it reports again or says how long.
PRESENCE_SECONDS, MAX_PRESENCE_SECONDS = 300, 86_400


class EventParams(Params):
    """The parameters of an event. Errors name the field that is wrong."""

    @classmethod
    def read(cls, data: Any) -> dict[str, Any]:
        try:
            return values_read(cls, data)
        except EventErrors as error:
            raise error_response(error.errors) from error


class WaitParams(EventParams):
    """Whether to wait for the decision."""

    wait = ChoiceParam(
        choices=[DECISION],
        required=False,
        help_text="`decision`: wait until it is decided who is notified, and return how many, by channel and reason.",
    )
    waitSeconds = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=MAX_WAIT_SECONDS,
        error_messages={"invalid": "must be integer", "null": "must be integer"},
        help_text="How long to wait at most (default: 10).",
    )


def id_param(**kwargs: Any) -> TextParam:
    """Return a parameter for an id of the source's own."""
    return TextParam(max_length=EXTERNAL_ID_LENGTH, **kwargs)


def ids_param(**kwargs: Any) -> ListParam:
    """Return an optional parameter for several ids."""
    return ListParam(child=id_param(), required=False, max_length=MAX_LISTED_MEMBERS, **kwargs)


class EventMessageParams(EventParams):
    """A message that somebody wrote. All ids are the application's own."""

    id = id_param(help_text="The message's id. A message that was reported before is not stored again.")
    room = id_param(help_text="The room's id.")
    sender = id_param(help_text="The id of the person who wrote it.")
    text = TextParam(required=False, allow_blank=True, max_length=MESSAGE_MAX_LENGTH)
    members = ids_param(
        help_text="All members of the room. Others leave it. Without this parameter, the members stay the same."
    )
    mentions = ids_param(help_text="The people whom the message mentions.")
    mentionsAll = FlagParam(required=False, help_text="The message mentions everyone in the room.")
    mentionsHere = FlagParam(required=False, help_text="The message mentions everyone who is online.")
    thread = id_param(required=False, help_text="The id of the message that it replies to.")
    showInRoom = FlagParam(required=False, help_text="The reply is also shown in the room.")
    sentAt = TimestampParam(
        required=False, help_text="When it was written. Nobody is notified of messages older than a minute."
    )
    roomName = TextParam(required=False, max_length=200, help_text="The name of a room that is new.")
    roomType = ChoiceParam(
        choices=[*ROOM_TYPES], required=False, help_text="The type of a room that is new (default: `group`)."
    )
    senderName = TextParam(required=False, max_length=255, help_text="The sender's name in notifications.")


class EventUserParams(EventParams):
    """A person. Parameters that are missing change nothing."""

    id = id_param(help_text="The person's id.")
    name = TextParam(required=False, allow_blank=True, max_length=255)
    username = TextParam(required=False, max_length=64, help_text="A new person's username is made from it.")
    email = TextParam(
        required=False, allow_blank=True, max_length=254, help_text="Replaces the address; an empty text removes it."
    )
    language = TextParam(required=False, allow_blank=True, max_length=16, help_text="Such as `de`.")
    timeZone = TextParam(required=False, allow_blank=True, max_length=64, help_text="Such as `Europe/Berlin`.")
    active = FlagParam(required=False, help_text="False: the person is not notified of anything.")


class EventRoomParams(EventParams):
    """A room and its members. Parameters that are missing change nothing."""

    id = id_param(help_text="The room's id.")
    name = TextParam(required=False, max_length=200)
    roomType = ChoiceParam(
        choices=[*ROOM_TYPES], required=False, help_text="The type of a room that is new (default: `group`)."
    )
    topic = TextParam(required=False, allow_blank=True, max_length=1000)
    archived = FlagParam(required=False, help_text="True: no new messages are accepted.")
    members = ids_param(help_text="All members. Others leave the room.")
    add = ids_param(help_text="New members.")
    remove = ids_param(help_text="People who leave the room.")


class EventReadParams(EventParams):
    """A person has read a room."""

    user = id_param(help_text="The person's id.")
    room = id_param(help_text="The room's id.")


class EventPresenceParams(EventParams):
    """Whether a person uses the application."""

    user = id_param(help_text="The person's id.")
    status = ChoiceParam(
        choices=[ONLINE, AWAY, OFFLINE],
        help_text="`online`: in use; `away`: open, but not in use; `offline`: not open.",
    )
    seconds = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=MAX_PRESENCE_SECONDS,
        error_messages={"invalid": "must be integer", "null": "must be integer"},
        help_text=f"The person is offline after this time without another report (default: {PRESENCE_SECONDS}).",
    )


class EventDeleteParams(EventParams):
    """What was deleted: exactly one of these. What does not exist is no error."""

    one_of = ("message", "room", "user")

    message = id_param(required=False, help_text="The message's id.")
    room = id_param(required=False, help_text="The room's id.")
    user = id_param(required=False, help_text="The person's id.")


class EventLinkParams(EventParams):
    """The person whose preferences are opened."""

    user = id_param(help_text="The person's id.")


class ReportedMessageParams(WaitParams, EventMessageParams):
    """A message, and whether to wait for the decision."""


# The parameters by type of event.
PARAMS: dict[str, type[Params]] = {
    EventKind.MESSAGE: EventMessageParams,
    EventKind.USER: EventUserParams,
    EventKind.ROOM: EventRoomParams,
    EventKind.READ: EventReadParams,
    EventKind.PRESENCE: EventPresenceParams,
    EventKind.DELETE: EventDeleteParams,
}
EXAMPLE_EVENTS = [
    {"type": "room", "id": "ticket-4711", "name": "Ticket 4711: the printer", "members": ["anna", "ben"]},
    {"type": "message", "id": "m-1", "room": "ticket-4711", "sender": "anna", "text": "The printer is on fire."},
]


@extend_schema_field(
    {
        "type": "array",
        "minItems": 1,
        "maxItems": MAX_EVENTS,
        "items": {},
        "example": EXAMPLE_EVENTS,
        "description": "Each event is an object with its `type` (`message`, `user`, `room`, `read`, `presence` or "
        "`delete`) and the parameters of the endpoint for this type.",
    }
)
class EventsParam(serializers.Field[list[Any], Any, Any, Any]):
    """A list of events, which are validated one by one later."""

    default_error_messages = {
        "not_a_list": "must be array",
        "null": "must be array",
        "empty": "must NOT have fewer than 1 items",
        "max_length": f"must NOT have more than {MAX_EVENTS} items",
    }

    def to_internal_value(self, data: Any) -> list[Any]:
        if not isinstance(data, list):
            self.fail("not_a_list")
        if not data:
            self.fail("empty")
        if len(data) > MAX_EVENTS:
            self.fail("max_length")
        return data


class BatchParams(WaitParams):
    """Up to 1,000 events, which are carried out in their order."""

    events = EventsParam()
