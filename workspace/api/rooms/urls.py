"""The endpoints of rooms, by their addresses."""

from __future__ import annotations

from workspace.api.base import Api
from workspace.api.rooms import any_type, direct, subscriptions
from workspace.api.rooms.counters import COUNTER_ENDPOINTS
from workspace.api.rooms.history import MESSAGES_OF_ROOMS
from workspace.api.rooms.lists import LIST_ENDPOINTS
from workspace.api.rooms.managing import MANAGING_ENDPOINTS
from workspace.api.rooms.moderation import MODERATION_ENDPOINTS
from workspace.api.rooms.named import NAMED_ROOMS
from workspace.api.rooms.own import OWN_ENDPOINTS
from workspace.api.rooms.roles import ROLE_ENDPOINTS
from workspace.api.rooms.settings import SETTING_ENDPOINTS
from workspace.api.rooms.state import STATE_ENDPOINTS

ROOMS: dict[str, type[Api]] = {
    **NAMED_ROOMS,
    **MESSAGES_OF_ROOMS,
    **COUNTER_ENDPOINTS,
    **ROLE_ENDPOINTS,
    **SETTING_ENDPOINTS,
    **STATE_ENDPOINTS,
    **OWN_ENDPOINTS,
    **MANAGING_ENDPOINTS,
    **LIST_ENDPOINTS,
    **MODERATION_ENDPOINTS,
    **direct.DIRECT_ENDPOINTS,
    "v1/rooms.get": any_type.RoomsGetApi,
    "v1/rooms.info": any_type.RoomsInfoApi,
    "v1/subscriptions.exists": subscriptions.SubscriptionsExistsApi,
    "v1/subscriptions.read": subscriptions.SubscriptionsReadApi,
    "v1/subscriptions.unread": subscriptions.SubscriptionsUnreadApi,
}
