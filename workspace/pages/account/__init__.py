"""The account pages, where users manage their profile, addresses and password."""
