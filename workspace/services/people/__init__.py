"""Services for single accounts: profiles, access tokens, pictures, registration and deletion."""
