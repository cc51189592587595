"""Live events for connected clients: who hears which stream, and the delivery of changes (docs/streams.md).

Services write one row per change (`workspace/services/live.py`). Each event loop has one `Fanout` (`current_fanout()`
in `fanout.py`), which reads new rows once for all of its listeners, checks permissions, and delivers frames to them
(`listeners.py`).
"""
