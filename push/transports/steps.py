"""Sending in steps: a transport tells which requests to make, is given their answers, and goes on from there.

Written as generators, the same few lines serve a worker that sends by several ways at once on one engine, and a server
that waits for each push without holding up the others.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from push.transports.answers import SendAnswer
from push.transports.engine import Engine
from push.transports.exchanges import Done
from push.transports.http import HttpAnswer, HttpRequest

if TYPE_CHECKING:
    from push.transports.engine_thread import EngineThread

# Yields requests, is sent their answers in the same order, and returns what became of each push.
Steps = Generator[Sequence[HttpRequest], Sequence[HttpAnswer], list[SendAnswer]]


def steps_run(
    all_steps: Sequence[Steps], *, engine: Engine, heartbeat: Callable[[], None] | None = None
) -> list[list[SendAnswer]]:
    """Carry out several transports' steps side by side and return each one's answers, in the same order.

    None waits for another. `heartbeat` is called at least once a second; what it raises ends all of them.
    """
    runs = [Run(steps, engine) for steps in all_steps]
    for run in runs:
        run.advance(None)
    try:
        engine.run_until(lambda: all(run.result is not None for run in runs), heartbeat=heartbeat)
    except BaseException:
        mine = {id(done) for run in runs for done in run.awaited}
        engine.abandon(lambda done: id(done) in mine)
        raise
    return [run.result or [] for run in runs]


async def steps_run_async(steps: Steps, engine: EngineThread) -> list[SendAnswer]:
    """Carry out one transport's steps on the engine's thread, and return its answers.

    Raises EngineBusyError when the engine has too much under way.
    """
    answers: Sequence[HttpAnswer] | None = None
    while True:
        try:
            requests = next(steps) if answers is None else steps.send(answers)
        except StopIteration as stop:
            result: list[SendAnswer] = stop.value
            return result
        answers = await asyncio.wrap_future(engine.submit(requests))


class Run:
    """One transport's steps on an engine, and how far they have come."""

    def __init__(self, steps: Steps, engine: Engine) -> None:
        self.result: list[SendAnswer] | None = None
        self.awaited: list[Done] = []
        self._steps = steps
        self._engine = engine
        self._answers: dict[int, HttpAnswer] = {}

    def advance(self, answers: Sequence[HttpAnswer] | None) -> None:
        """Take the next step, and those after it that need no request."""
        try:
            requests = next(self._steps) if answers is None else self._steps.send(answers)
            while not requests:
                requests = self._steps.send([])
        except StopIteration as stop:
            self.result = stop.value
            return
        self._answers = {}
        self.awaited = [partial(self._answered, index, len(requests)) for index in range(len(requests))]
        for request, done in zip(requests, self.awaited, strict=True):
            self._engine.begin(request, done)

    def _answered(self, index: int, expected: int, answer: HttpAnswer) -> None:
        self._answers[index] = answer
        if len(self._answers) == expected:
            self.advance([self._answers[place] for place in range(expected)])
