"""The steps of push/http/steps.py, with the answers that providers give."""

from __future__ import annotations

from push.http import steps
from push.http.steps import run_start, steps_run
from push.providers.answers import SendAnswer

__all__ = ["DividingSteps", "Part", "Parts", "Steps", "run_start", "steps_run"]

Part = steps.Part[SendAnswer]
Parts = steps.Parts[SendAnswer]
Steps = steps.Steps[SendAnswer]
DividingSteps = steps.DividingSteps[SendAnswer]
