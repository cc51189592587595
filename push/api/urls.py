"""API endpoints for push notifications."""

from __future__ import annotations

from push.api import content, devices, explain, statistics, testing
from workspace.api.base import routes

urlpatterns = routes(
    {
        "v1/push.token": devices.PushTokenApi,
        "v1/push.get": content.PushGetApi,
        "v1/push.ack": content.PushAckApi,
        "v1/push.info": devices.PushInfoApi,
        "v1/push.test": testing.PushTestApi,
        "v1/statistics": statistics.StatisticsApi,
        "v1/statistics.list": statistics.StatisticsListApi,
        "v1/instances.get": statistics.InstancesApi,
        "v1/notifications.explain": explain.NotificationsExplainApi,
    }
)
