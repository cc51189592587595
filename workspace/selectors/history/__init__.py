"""The messages of a room as clients load them: history, changes since a time, threads and search."""
