"""Server-sent events to open pages: one hub in each web process reads the rows for all of its streams."""
