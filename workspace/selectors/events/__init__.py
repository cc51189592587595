"""Queries for sources of events."""
