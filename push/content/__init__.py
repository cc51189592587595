"""The content of notifications, built from current data when they are sent."""
