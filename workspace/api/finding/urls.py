"""The endpoints that find rooms and people, by their addresses."""

from __future__ import annotations

from workspace.api.base import Api
from workspace.api.finding import directory, rooms, spotlight

FINDING: dict[str, type[Api]] = {
    "v1/spotlight": spotlight.SpotlightApi,
    "v1/directory": directory.DirectoryApi,
    "v1/rooms.adminRooms": rooms.AdminRoomsApi,
    "v1/rooms.adminRooms.getRoom": rooms.AdminRoomApi,
    "v1/rooms.autocomplete.adminRooms": rooms.AdminRoomsCompletionApi,
    "v1/rooms.autocomplete.channelAndPrivate": rooms.OwnRoomsCompletionApi,
    "v1/rooms.autocomplete.channelAndPrivate.withPagination": rooms.OwnRoomsPageApi,
    "v1/rooms.autocomplete.availableForTeams": rooms.AvailableForTeamsApi,
}
