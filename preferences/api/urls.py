"""URLs of the API endpoints for preferences."""

from __future__ import annotations

from preferences.api import accounts, rooms, subscriptions
from workspace.api.base import routes

urlpatterns = routes(
    {
        "v1/users.getPreferences": accounts.GetPreferencesApi,
        "v1/users.setPreferences": accounts.SetPreferencesApi,
        "v1/rooms.saveNotification": rooms.SaveNotificationApi,
        "v1/chat.ignoreUser": rooms.IgnoreUserApi,
        "v1/subscriptions.get": subscriptions.SubscriptionsGetApi,
        "v1/subscriptions.getOne": subscriptions.SubscriptionsGetOneApi,
    }
)
