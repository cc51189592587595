"""The pages of the set-up wizard, and the middleware that leads to them on a new installation."""
