"""The web server's side of the site: time limits for clients, middleware, static files, and the site's path."""
