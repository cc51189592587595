"""Addresses of the endpoints for events."""

from workspace.api.base import Api
from workspace.api.events import views

EVENTS: dict[str, type[Api]] = {
    "v1/events.message": views.EventsMessageApi,
    "v1/events.batch": views.EventsBatchApi,
    "v1/events.user": views.EventsUserApi,
    "v1/events.room": views.EventsRoomApi,
    "v1/events.read": views.EventsReadApi,
    "v1/events.presence": views.EventsPresenceApi,
    "v1/events.delete": views.EventsDeleteApi,
    "v1/events.link": views.EventsLinkApi,
}
