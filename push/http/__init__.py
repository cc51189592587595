"""The HTTP client that sends all pushes: many concurrent requests on libcurl. It does not depend on the providers."""
