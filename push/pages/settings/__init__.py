"""Additions to the Push settings page: the checklist and the test push."""
