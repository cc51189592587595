"""Selectors for exports of people's data, and for who has read their messages."""
