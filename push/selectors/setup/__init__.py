"""Reads how far the set-up has got: its one-time code, its steps, and what is missing."""
