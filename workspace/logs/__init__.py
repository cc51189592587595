"""Logs: declared events with fields, the ids that connect them, and how they are written to standard error.

::

    events        LogEvent: one declaration per event, from which docs/operate/logs.md is made
    context       the ids of the request, task, message and trace, bound for everything that is logged meanwhile
    requests      the ASGI application that gives each request an id and logs it when it is finished
    tasks         passes the request's id to the worker, and binds the task's id there
    redaction     masks secrets, addresses and texts that should not have been logged in the first place
    rendering     the line of text or JSON
"""
