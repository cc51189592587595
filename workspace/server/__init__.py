"""Time limits for sending a request and for reading the response."""
