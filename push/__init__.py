"""Decides who is notified of a message and when, and delivers the notifications."""
