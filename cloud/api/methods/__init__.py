"""The methods for the licence (see `workspace/api/methods/`)."""
