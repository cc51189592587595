"""Methods that post, load, change and mark messages."""
