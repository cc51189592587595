"""Endpoints about the whole workspace, and the lists of features that it does not have."""
