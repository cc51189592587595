"""The program `callboard`: starts Callboard, and runs its management commands."""
