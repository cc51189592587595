"""The API's endpoints around push notifications."""

from __future__ import annotations

from push.api import devices
from workspace.api.routes import routes

urlpatterns = routes({"v1/push.token": devices.PushTokenApi, "v1/push.info": devices.PushInfoApi})
