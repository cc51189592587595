"""A protocol for programs that have none of their own: one request for many devices, with an answer for each."""
