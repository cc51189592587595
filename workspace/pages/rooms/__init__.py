"""Rooms: the list of them, each one's page, and what is done there."""
