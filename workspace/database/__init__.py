"""Using the database without holding up others: its troubles, its connections, and threads that query it."""
