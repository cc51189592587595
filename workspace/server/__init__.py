"""Limits on how long a client may take to send a request, and to read the response."""
