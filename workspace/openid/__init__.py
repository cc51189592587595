"""OpenID Connect: the providers that the settings name, and the requests to them.

django-allauth runs the flow (state, PKCE, exchange of the code). This package adds what it does not check, and sends
its requests under this installation's rules for other servers. Pages are in `workspace/pages/openid`.
"""
