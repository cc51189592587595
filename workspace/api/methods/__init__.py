"""The methods that clients call over the web socket (DDP), or with `method.call` and `method.callAnon`.

Each app defines its methods in the modules of its package `api/methods/`, with the decorator `method` of `registry.py`.
"""
