"""Progress of long commands: one line that changes on a terminal, or a line for each step in a log."""

from __future__ import annotations

import time
from typing import Any

# A line of a terminal changes at most this often (seconds).
INTERVAL = 0.2


class ProgressLine:
    """Writes the steps of a command to its standard error."""

    def __init__(self, stream: Any) -> None:
        self._stream, self._is_terminal = stream, stream.isatty()
        self._step, self._shown_at, self._width = "", 0.0, 0

    def __call__(self, step: str, part: float | None = None) -> None:
        """Show the step, and how far it is (0 to 1) if that is known."""
        name = step.split(",")[0]
        if not self._is_terminal:
            if name != self._step:
                self._stream.write(f"{name} ...")
            self._step = name
            return
        now = time.monotonic()
        if name == self._step and now - self._shown_at < INTERVAL:
            return
        self._step, self._shown_at = name, now
        text = f"{step} ..." if part is None else f"{step} ... {part:.0%}"
        self._stream.write(f"\r{text:<{self._width}}", ending="")
        self._stream.flush()
        self._width = len(text)

    def end(self) -> None:
        """End the line of a terminal."""
        if self._is_terminal and self._step:
            self._stream.write("")
