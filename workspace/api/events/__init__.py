"""Endpoints for other applications: what happens in them, reported by a source with its key."""
