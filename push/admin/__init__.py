"""The administration of devices, decisions, notifications and their attempts."""

from push.admin import attempts, decisions, devices, explain, gateway_apps, notifications, outcomes, routes, sandbox

__all__ = [
    "attempts",
    "decisions",
    "devices",
    "explain",
    "gateway_apps",
    "notifications",
    "outcomes",
    "routes",
    "sandbox",
]
