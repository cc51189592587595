"""Date and time formats with seconds, which Django's own formats omit and which matter for notifications."""
