"""Rooms: the list, the page of each room, and its actions."""
