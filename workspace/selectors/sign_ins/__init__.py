"""Queries about sign-ins: where an account is signed in, and which accounts need a second factor."""
