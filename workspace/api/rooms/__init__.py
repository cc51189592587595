"""Endpoints of rooms: channels and private groups, direct messages, their members and subscriptions."""
