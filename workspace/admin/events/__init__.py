"""Admin pages of sources of events."""
