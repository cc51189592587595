"""The administration of the place itself, and what other apps' administrations are made of."""

from workspace.admin import libraries, messages, presences, roles, rooms, subscriptions, users

__all__ = ["libraries", "messages", "presences", "roles", "rooms", "subscriptions", "users"]
