"""Changes of rooms and memberships by members and administrators, with the system messages that report them."""
