"""Methods that return, find and change rooms, and those for their members."""
