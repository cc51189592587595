"""Who is notified of a message, when, and how it gets there."""
