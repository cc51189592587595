"""The ids of a span, in the format of the header `traceparent` (W3C Trace Context)."""

from __future__ import annotations

import re
from dataclasses import dataclass

HEADER = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
SAMPLED = 1


@dataclass(frozen=True, slots=True)
class TraceContext:
    """The span that others belong to. If it is not sampled, neither are they."""

    trace_id: str
    span_id: str
    is_sampled: bool = True

    @property
    def header(self) -> str:
        """Return the value of the header `traceparent`."""
        return f"00-{self.trace_id}-{self.span_id}-{int(self.is_sampled):02x}"


def context_parse(header: object) -> TraceContext | None:
    """Return the span that the header names; None for anything else."""
    match = HEADER.fullmatch(header) if isinstance(header, str) else None
    if match is None or header[:2] == "ff" or not int(match[1], 16) or not int(match[2], 16):  # type: ignore[index]
        return None
    return TraceContext(match[1], match[2], bool(int(match[3], 16) & SAMPLED))
