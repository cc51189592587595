"""URLs of the cloud's API for workspaces."""

from __future__ import annotations

from cloud.api import service, usage
from workspace.api.base import routes

urlpatterns = routes(
    {
        "cloud/register": service.RegisterApi,
        "cloud/registration": service.RegistrationApi,
        "cloud/connect": service.ConnectApi,
        "cloud/token": service.TokenApi,
        "cloud/address": service.AddressApi,
        "cloud/disconnect": service.DisconnectApi,
        "cloud/sync": service.SyncApi,
        "cloud/usage": usage.UsageApi,
        "cloud/usage.csv": usage.UsageCsvApi,
    }
)
