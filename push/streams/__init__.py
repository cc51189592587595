"""Server-sent events for open pages. One hub per web process reads the events for all its streams."""
