"""The administration of the place itself, and what other apps' administrations are made of."""

from workspace.admin import libraries, mails, messages, presences, roles, rooms, subscriptions, text_views, users

__all__ = ["libraries", "mails", "messages", "presences", "roles", "rooms", "subscriptions", "text_views", "users"]
