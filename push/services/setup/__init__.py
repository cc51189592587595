"""Writes of the set-up: the first administrator, the progress, checks by real requests, and set-up by commands."""
