"""OpenTelemetry traces: from a post to the provider's answer under one trace id. Off unless configured.

::

    contexts   the ids of a span, as they are stored with a decision and sent to gateways
    spans      begins and ends spans; does nothing while traces are off
    sdk        OpenTelemetry itself, imported only while traces are on
    site       the ASGI application that begins a span for each request
"""
