"""Quiet hours: weekly hours as people write them, and the moments that they come to."""
