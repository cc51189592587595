"""The HTTP client that carries every push: many requests at once on libcurl. It knows nothing of providers."""
