"""Services for the places where an account is signed in, and for passkeys."""
