"""Rocket.Chat's gateway protocol, which Callboard workspaces speak as well, with batches in addition."""
