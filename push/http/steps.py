"""Sending in steps: a transport yields requests, receives their answers, and continues from there.

Transports are generators, so that the same code works in a worker that sends on several routes at once, and in a server
that waits for each push without delaying the others. A part is a group of pushes that are answered together. A
transport divides its pushes into as many parts as it can, so that a late answer delays no other push.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

from push.http.engine import Engine
from push.http.exchanges import Done
from push.http.requests import HttpAnswer, HttpRequest

# The result of one push, which the transports define.
Result = TypeVar("Result")


@dataclass(frozen=True)
class Part(Generic[Result]):
    """Pushes that are answered together: their places in the caller's list, and the steps that send them."""

    places: Sequence[int]
    steps: DividingSteps[Result]


@dataclass(frozen=True)
class Parts(Generic[Result]):
    """The parts into which steps divide their pushes. Places refer to the list of the steps that return them."""

    parts: Sequence[Part[Result]]


# Yields requests, is sent their answers in the same order, and returns the result of each push.
Steps = Generator[Sequence[HttpRequest], Sequence[HttpAnswer], list[Result]]
# The same, but may return further parts instead of results.
DividingSteps = Generator[Sequence[HttpRequest], Sequence[HttpAnswer], list[Result] | Parts[Result]]
# Called with the places and results of some pushes, as soon as these are available.
Answered = Callable[[Sequence[int], Sequence[Result]], None]


def steps_run(
    all_steps: Sequence[DividingSteps[Result]], *, engine: Engine, heartbeat: Callable[[], None] | None = None
) -> list[list[Result]]:
    """Run the steps of several transports concurrently and return the answers of each, in the same order.

    None waits for another. `heartbeat` is called at least once a second. If it raises, all of them end.
    """
    answers: list[dict[int, Result]] = [{} for _steps in all_steps]
    unfinished: set[Run[Result]] = set()

    def note(noted: dict[int, Result], places: Sequence[int], results: Sequence[Result]) -> None:
        noted |= dict(zip(places, results, strict=True))

    for steps, noted in zip(all_steps, answers, strict=True):
        run_start(Part((), steps), engine, partial(note, noted), unfinished=unfinished)
    try:
        engine.run_until(lambda: not unfinished, heartbeat=heartbeat)
    except BaseException:
        mine = {id(done) for run in unfinished for done in run.awaited}
        engine.abandon(lambda done: id(done) in mine)
        raise
    return [[noted[place] for place in sorted(noted)] for noted in answers]


def run_start(
    part: Part[Result], engine: Engine, answered: Answered[Result], *, unfinished: set[Run[Result]] | None = None
) -> None:
    """Start a part on the engine. `answered` is called with the answers, once for each push.

    Without places, the part's pushes are numbered from 0. `unfinished` is the set of runs that have not ended.
    """
    Run(part, engine, answered, set() if unfinished is None else unfinished).advance(None)


class Run(Generic[Result]):
    """The execution of one part's steps on an engine."""

    def __init__(
        self, part: Part[Result], engine: Engine, answered: Answered[Result], unfinished: set[Run[Result]]
    ) -> None:
        self.awaited: list[Done] = []
        self._part = part
        self._engine = engine
        self._on_answered = answered
        self._unfinished = unfinished
        self._answers: dict[int, HttpAnswer] = {}
        unfinished.add(self)

    def advance(self, answers: Sequence[HttpAnswer] | None) -> None:
        """Execute the next step, and the following ones that need no request."""
        steps = self._part.steps
        try:
            requests = next(steps) if answers is None else steps.send(answers)
            while not requests:
                requests = steps.send([])
        except StopIteration as stop:
            self._unfinished.discard(self)
            self._end(stop.value)
            return
        self._answers = {}
        self.awaited = [partial(self._answered, index, len(requests)) for index in range(len(requests))]
        for request, done in zip(requests, self.awaited, strict=True):
            self._engine.begin(request, done)

    def _end(self, result: list[Result] | Parts[Result]) -> None:
        places = self._part.places
        if isinstance(result, Parts):
            for part in result.parts:
                mine = [places[place] for place in part.places] if places else part.places
                run_start(Part(mine, part.steps), self._engine, self._on_answered, unfinished=self._unfinished)
        else:
            self._on_answered(places or range(len(result)), result)

    def _answered(self, index: int, expected: int, answer: HttpAnswer) -> None:
        self._answers[index] = answer
        if len(self._answers) == expected:
            self.advance([self._answers[place] for place in range(expected)])
