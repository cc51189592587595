"""The last hop: what goes to Apple and Google, and the sandbox that takes their place."""
