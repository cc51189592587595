"""Endpoints that find rooms and people by a part of their name."""
