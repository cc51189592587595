"""Database access that does not block others: outages, connections, and threads for queries."""
