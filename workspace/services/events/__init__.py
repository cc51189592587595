"""Managing sources of events, and carrying out what they report."""
