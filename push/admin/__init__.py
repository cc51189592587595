"""Admin pages for devices, decisions, notifications and delivery attempts."""

from push.admin import (
    attempts,
    decisions,
    devices,
    explain,
    follow,
    gateway_apps,
    notifications,
    outcomes,
    routes,
    sandbox,
    webhooks,
)

__all__ = [
    "attempts",
    "decisions",
    "devices",
    "explain",
    "follow",
    "gateway_apps",
    "notifications",
    "outcomes",
    "routes",
    "sandbox",
    "webhooks",
]
